-- postal/reports: the figures of days that are over, so that a year is read in a moment.

CREATE TABLE report_days (
    day     date PRIMARY KEY,
    made_at timestamptz NOT NULL
);
COMMENT ON TABLE report_days IS
    'postal/reports: Days whose figures were summed up, and when. The last ones are summed up again: people answer late.';
COMMENT ON COLUMN report_days.day IS 'In Asia/Kolkata.';

CREATE TABLE report_deliveries (
    day        date NOT NULL,
    office_id  bigint NOT NULL REFERENCES offices,
    postman_id bigint NOT NULL REFERENCES staff,
    service    text NOT NULL,
    delivered integer NOT NULL, failed integer NOT NULL,
    open integer NOT NULL, withdrawn integer NOT NULL,
    first_delivered integer NOT NULL, first_failed integer NOT NULL,
    contested integer NOT NULL, confirmed integer NOT NULL, unanswered integer NOT NULL,
    unapproached integer NOT NULL, approached integer NOT NULL,
    soon integer NOT NULL, late integer NOT NULL, silent integer NOT NULL,
    burst integer NOT NULL, single integer NOT NULL,
    PRIMARY KEY (day, postman_id, service)
);
COMMENT ON TABLE report_deliveries IS
    'postal/reports: What a postman did with each service on a day, counted. Each column is a part of a measure in postal/reports/measures.py, which says what is counted.';
COMMENT ON COLUMN report_deliveries.office_id IS 'The office of the postman when the day was summed up.';
COMMENT ON COLUMN report_deliveries.first_delivered IS 'Delivered at the first visit to the door.';
COMMENT ON COLUMN report_deliveries.unapproached IS 'Remarks of a visit that no approach was told of.';
COMMENT ON COLUMN report_deliveries.soon IS 'Codes that arrived within 30 seconds.';
COMMENT ON COLUMN report_deliveries.silent IS 'Codes of which no carrier said that they arrived.';
COMMENT ON COLUMN report_deliveries.burst IS 'Codes of several addressees that were told within seconds.';

CREATE TABLE report_texts (
    day       date NOT NULL,
    office_id bigint REFERENCES offices,
    carrier   text NOT NULL,
    codes integer NOT NULL, alarms integer NOT NULL, news integer NOT NULL, calls integer NOT NULL,
    segments integer NOT NULL,
    soon integer NOT NULL, late integer NOT NULL, silent integer NOT NULL,
    UNIQUE NULLS NOT DISTINCT (day, office_id, carrier)
);
COMMENT ON TABLE report_texts IS
    'postal/reports: Texts and calls that a carrier took on a day, by the office for whose post they were.';
COMMENT ON COLUMN report_texts.office_id IS 'NULL: for no office, as an answer to a stranger.';
COMMENT ON COLUMN report_texts.news IS 'All texts that are neither codes nor alarms.';
COMMENT ON COLUMN report_texts.segments IS 'Parts of texts that the carrier charges; of calls none.';

-- What was opened in a period.
CREATE INDEX tickets_at ON tickets (at);
CREATE INDEX fraud_reports_day ON fraud_reports (day);
