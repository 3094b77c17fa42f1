-- store: the rows of a day lie together in their month, as they were written. A summary of each thirty-two
-- pages finds them; an entry for each row of sprints and events was a twentieth of all that a delivery left.

CREATE INDEX sprints_days ON sprints USING brin (day_written) WITH (pages_per_range = 32, autosummarize = on);
CREATE INDEX events_days ON events USING brin (day_written) WITH (pages_per_range = 32, autosummarize = on);
CREATE INDEX access_log_days ON access_log USING brin (day_written)
    WITH (pages_per_range = 32, autosummarize = on);
COMMENT ON INDEX sprints_days IS 'store/chains/rows.py: the rows of a day, to be sealed and verified.';
COMMENT ON INDEX events_days IS 'store/chains/rows.py: the rows of a day, to be sealed and verified.';
COMMENT ON INDEX access_log_days IS 'store/chains/rows.py: the rows of a day, to be sealed and verified.';
DROP INDEX sprints_day, events_day, access_log_day;
