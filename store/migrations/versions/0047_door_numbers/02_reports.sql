-- postal/reports: what was handed over without its code, and what was not.
ALTER TABLE report_deliveries
    ADD COLUMN excepted integer NOT NULL DEFAULT 0,
    ADD COLUMN unexcepted integer NOT NULL DEFAULT 0,
    ADD COLUMN window_kept integer NOT NULL DEFAULT 0,
    ADD COLUMN window_missed integer NOT NULL DEFAULT 0,
    ADD COLUMN window_unvisited integer NOT NULL DEFAULT 0;
COMMENT ON COLUMN report_deliveries.window_kept IS 'Visited within the three hours that the morning''s text promised.';
COMMENT ON COLUMN report_deliveries.excepted IS 'Handed over without the code: an office agreed to an exception.';
COMMENT ON COLUMN report_deliveries.unexcepted IS 'Handed over in any other way.';
