-- postal: where an article goes back to.

ALTER TABLE articles
    ADD COLUMN sender_address text NOT NULL DEFAULT '',
    ADD COLUMN sender_pin pin;
COMMENT ON COLUMN articles.sender_address IS
    'Where it goes back to, as the sender said it. Empty: he did not say, or the retention period is over.';
COMMENT ON COLUMN articles.sender_pin IS 'NULL: the sender did not say.';

ALTER TABLE booking_groups
    ADD COLUMN sender_address text NOT NULL DEFAULT '',
    ADD COLUMN sender_pin pin,
    ADD COLUMN receipt_number text UNIQUE CHECK (receipt_number ~ '^[1-9][0-9]{5}/[0-9]{2}/[0-9]{6,}$'),
    ADD CHECK (receipt_number IS NULL OR state = 'booked');
COMMENT ON COLUMN booking_groups.sender_address IS 'Of each of its articles. Empty after the retention period.';
COMMENT ON COLUMN booking_groups.receipt_number IS
    'Consecutive in its office''s PIN and financial year. NULL: not booked, or booked before receipts had numbers.';

-- postal/counter: the numbers of receipts.

CREATE TABLE receipt_series (
    pin      pin NOT NULL,
    year     smallint NOT NULL CHECK (year BETWEEN 2000 AND 2999),
    last     integer NOT NULL CHECK (last >= 1),
    PRIMARY KEY (pin, year)
);
COMMENT ON TABLE receipt_series IS
    'postal/counter: The last number that a receipt got, for each PIN and financial year: without a gap, as '
    'rule 46 (b) of the CGST Rules wants it.';
COMMENT ON COLUMN receipt_series.year IS 'In which it begins, on 1 April.';

-- postal/counter: counters that were closed too early.

CREATE TABLE counter_reopenings (
    id       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    counter_day_id bigint NOT NULL REFERENCES counter_days,
    at       timestamptz NOT NULL,
    staff_id bigint NOT NULL REFERENCES staff,
    agreed_by text NOT NULL,
    why      text NOT NULL,
    -- What the day said before.
    closed_at timestamptz NOT NULL,
    expected_paise bigint NOT NULL,
    counted_paise bigint NOT NULL,
    counted_as text NOT NULL,
    explanation text
);
COMMENT ON TABLE counter_reopenings IS
    'postal/counter: A closed counter that was opened again on its day, and the count that it was closed on '
    'before. Append-only.';
COMMENT ON COLUMN counter_reopenings.staff_id IS 'Who asked for it.';
COMMENT ON COLUMN counter_reopenings.agreed_by IS 'The staff id of the second person.';
CREATE INDEX counter_reopenings_day ON counter_reopenings (counter_day_id);

-- postal/requests: reopening a counter takes two people.

ALTER TABLE requests
    DROP CONSTRAINT requests_what_check,
    ADD CONSTRAINT requests_what_check CHECK (what IN
        ('correct_number', 'move_destination', 'reopen', 'reset_pin', 'name_phone', 'document',
         'refund', 'reopen_counter')),
    ADD COLUMN closed_day_id bigint REFERENCES counter_days,
    DROP CONSTRAINT requests_check1,
    ADD CONSTRAINT requests_check1 CHECK (num_nonnulls(article_id, postman_id, credit_id, closed_day_id) = 1);
COMMENT ON COLUMN requests.closed_day_id IS 'The closed counter that is to be opened again.';
DROP INDEX one_request;
CREATE UNIQUE INDEX one_request ON requests (what, article_id, postman_id, credit_id, closed_day_id)
    NULLS NOT DISTINCT WHERE state = 'waiting';
