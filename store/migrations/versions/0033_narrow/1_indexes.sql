-- What is built first stops writing while it is, but no reading: of articles a second or two per million; of
-- sprints, events and the access log a summary, for which they are read once. What follows takes no time.

CREATE INDEX articles_received ON articles (recipient_phone) WHERE recipient_phone IS NOT NULL;
CREATE INDEX articles_of_pin ON articles (recipient_pin);
CREATE INDEX articles_unpurged_since ON articles (booked_at) WHERE recipient_name <> '';
CREATE INDEX articles_booked_at ON articles USING brin (booked_at);

CREATE INDEX sprints_days ON sprints USING brin (day_written) WITH (pages_per_range = 32, autosummarize = on);
CREATE INDEX events_days ON events USING brin (day_written) WITH (pages_per_range = 32, autosummarize = on);
CREATE INDEX access_log_days ON access_log USING brin (day_written)
    WITH (pages_per_range = 32, autosummarize = on);
