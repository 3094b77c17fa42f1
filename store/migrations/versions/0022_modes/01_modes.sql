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
ALTER TABLE delivery_items ADD COLUMN signed_by text CHECK (signed_by IN ('postman', 'office'));
COMMENT ON COLUMN delivery_items.signed_by IS
    'Who says that the addressee signed the slip: the postman by text or dial, or the office that read the '
    'slip. NULL: nobody does.';

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
