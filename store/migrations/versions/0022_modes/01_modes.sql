-- postal/people: whether OTP delivery is in force at an office.
ALTER TABLE offices ADD COLUMN mode text NOT NULL DEFAULT 'on' CHECK (mode IN ('off', 'pilot', 'on'));
COMMENT ON COLUMN offices.mode IS
    'OTP delivery of what goes out from now on. on: only the code hands an article over; pilot: the code is '
    'asked, and a signature still suffices; off: signatures as before, no codes.';

-- postal/lists: the mode of an article is that under which it went out.
ALTER TABLE delivery_items ADD COLUMN mode text NOT NULL DEFAULT 'on' CHECK (mode IN ('off', 'pilot', 'on'));
COMMENT ON COLUMN delivery_items.mode IS
    'Mode of the office when the article went out on this list; a later change of the office leaves it.';
ALTER TABLE delivery_items ADD COLUMN proof text CHECK (proof IN ('code', 'signature'));
COMMENT ON COLUMN delivery_items.proof IS
    'On what the article was handed over at the door. NULL: it was not, or before this was kept.';

-- postal/codes: a code dies where a signature is taken in its place.
ALTER TABLE codes DROP CONSTRAINT codes_dead_reason_check;
ALTER TABLE codes ADD CONSTRAINT codes_dead_reason_check CHECK (dead_reason IN
    ('expired', 'fraud', 'undone', 'remark', 'tries', 'withdrawn', 'moved', 'passed', 'blocked',
     'desk', 'signed'));

-- postal/desk: tickets about signatures that were taken after wrong codes.
ALTER TABLE tickets DROP CONSTRAINT tickets_kind_check;
ALTER TABLE tickets ADD CONSTRAINT tickets_kind_check CHECK (kind IN
    ('person', 'fraud', 'contested', 'not_received', 'late_handover', 'wrong_number',
     'overlooked', 'unparsed', 'move', 'unproven', 'herd', 'paper', 'signed'));

-- postal/reports: on what the articles of a pilot were handed over.
ALTER TABLE report_deliveries
    ADD COLUMN by_code integer NOT NULL DEFAULT 0,
    ADD COLUMN by_signature integer NOT NULL DEFAULT 0,
    ADD COLUMN after_wrong integer NOT NULL DEFAULT 0,
    ADD COLUMN objected integer NOT NULL DEFAULT 0;
COMMENT ON COLUMN report_deliveries.by_code IS 'Of a pilot: handed over on the code.';
COMMENT ON COLUMN report_deliveries.by_signature IS 'Of a pilot: on a signature, no wrong code before.';
COMMENT ON COLUMN report_deliveries.after_wrong IS 'Of a pilot: on a signature, after a wrong code.';
COMMENT ON COLUMN report_deliveries.objected IS 'Of a pilot: the addressee says that it never came.';

-- postal/requests: two people change the mode of an office.
ALTER TABLE requests ADD COLUMN mode text CHECK (mode IN ('off', 'pilot', 'on'));
COMMENT ON COLUMN requests.mode IS 'The mode that the office office_id is to have.';
ALTER TABLE requests DROP CONSTRAINT requests_what_check;
ALTER TABLE requests ADD CONSTRAINT requests_what_check CHECK (what IN
    ('correct_number', 'move_destination', 'reopen', 'reset_pin', 'name_phone', 'document', 'refund',
     'reopen_counter', 'reopen_day', 'add_account', 'change_account', 'reset_password', 'reset_factor',
     'change_mode'));
ALTER TABLE requests DROP CONSTRAINT requests_about_one;
ALTER TABLE requests ADD CONSTRAINT requests_about_one CHECK (num_nonnulls(
    article_id, postman_id, credit_id, closed_day_id, day, account_id, new_account, mode) = 1);
DROP INDEX one_request;
CREATE UNIQUE INDEX one_request ON requests
    (what, article_id, postman_id, credit_id, closed_day_id, account_id, new_account)
    NULLS NOT DISTINCT WHERE state = 'waiting' AND day IS NULL AND mode IS NULL;
CREATE UNIQUE INDEX one_mode_request ON requests (office_id) WHERE state = 'waiting' AND mode IS NOT NULL;
