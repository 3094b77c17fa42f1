-- store: the rows of a day lie together in their month, as they were written. A summary of each thirty-two
-- pages finds them; an entry for each row of sprints and events was a twentieth of all that a delivery left.

COMMENT ON INDEX sprints_days IS 'store/chains/rows.py: the rows of a day, to be sealed and verified.';
COMMENT ON INDEX events_days IS 'store/chains/rows.py: the rows of a day, to be sealed and verified.';
COMMENT ON INDEX access_log_days IS 'store/chains/rows.py: the rows of a day, to be sealed and verified.';
DROP INDEX sprints_day, events_day, access_log_day;
