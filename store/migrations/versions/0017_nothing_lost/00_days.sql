-- postal/office: what a closed day left behind, and days that two people opened again.

ALTER TABLE office_closings ADD COLUMN nth smallint NOT NULL DEFAULT 1 CHECK (nth > 0);
ALTER TABLE office_closings ADD COLUMN not_out integer NOT NULL DEFAULT 0 CHECK (not_out >= 0);
ALTER TABLE office_closings ADD COLUMN missing integer NOT NULL DEFAULT 0 CHECK (missing >= 0);
ALTER TABLE office_closings ADD CHECK (not_out + missing = 0 OR explanation IS NOT NULL);
ALTER TABLE office_closings DROP CONSTRAINT office_closings_pkey;
ALTER TABLE office_closings ADD PRIMARY KEY (office_id, day, nth);
COMMENT ON COLUMN office_closings.nth IS 'Which closing of the day it is: one more than it was opened again.';
COMMENT ON COLUMN office_closings.not_out IS
    'Articles that lay there for a list of that day and did not go out.';
COMMENT ON COLUMN office_closings.missing IS 'Articles that were with the postmen of closed lists still.';
COMMENT ON COLUMN office_closings.explanation IS 'Why something was left: cash, articles, or both.';

CREATE TABLE office_reopenings (
    office_id bigint NOT NULL,
    day      date NOT NULL,
    nth      smallint NOT NULL,
    at       timestamptz NOT NULL,
    asked_by bigint NOT NULL REFERENCES staff,
    request_id bigint NOT NULL REFERENCES requests,
    PRIMARY KEY (office_id, day, nth),
    FOREIGN KEY (office_id, day, nth) REFERENCES office_closings
);
COMMENT ON TABLE office_reopenings IS
    'postal/office: Closings that do not hold any more: two people opened the day again, on that day. '
    'Append-only.';
COMMENT ON COLUMN office_reopenings.request_id IS 'The request, with the reason and who agreed.';

-- postal/requests: an office's day is asked for by its date.
ALTER TABLE requests ADD COLUMN day date;
COMMENT ON COLUMN requests.day IS 'The day of the office that is to be opened again, in Asia/Kolkata.';
DO $$
DECLARE
    old text;
BEGIN
    FOR old IN SELECT conname FROM pg_constraint WHERE conrelid = 'requests'::regclass
        AND contype = 'c' AND (conname = 'requests_what_check'
                               OR pg_get_constraintdef(oid) LIKE '%num_nonnulls(article_id%') LOOP
        EXECUTE format('ALTER TABLE requests DROP CONSTRAINT %I', old);
    END LOOP;
END $$;
ALTER TABLE requests ADD CONSTRAINT requests_what_check CHECK (what IN
    ('correct_number', 'move_destination', 'reopen', 'reset_pin', 'name_phone', 'document', 'refund',
     'reopen_counter', 'reopen_day'));
ALTER TABLE requests ADD CONSTRAINT requests_about_one
    CHECK (num_nonnulls(article_id, postman_id, credit_id, closed_day_id, day) = 1);
ALTER TABLE requests ADD CONSTRAINT requests_day_of_an_office
    CHECK (day IS NULL OR office_id IS NOT NULL);
DROP INDEX one_request;
CREATE UNIQUE INDEX one_request ON requests (what, article_id, postman_id, credit_id, closed_day_id)
    NULLS NOT DISTINCT WHERE state = 'waiting' AND day IS NULL;
CREATE UNIQUE INDEX one_request_of_a_day ON requests (what, office_id, day)
    WHERE state = 'waiting' AND day IS NOT NULL;
