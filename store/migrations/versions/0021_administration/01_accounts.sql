-- postal/people: a password that somebody else handed over is replaced by its owner.
ALTER TABLE staff ADD COLUMN password_until timestamptz;
COMMENT ON COLUMN staff.password_until IS
    'Until when a password that somebody else handed over opens the page on which its owner chooses '
    'another one, and nothing else. NULL: the owner chose it.';
CREATE INDEX access_log_at ON access_log (at);

-- postal/requests: an account is added, moved, or let in again by two people.
ALTER TABLE requests ADD COLUMN account_id bigint REFERENCES staff;
ALTER TABLE requests ADD COLUMN new_account text;
ALTER TABLE requests ADD COLUMN account_name text;
ALTER TABLE requests ADD COLUMN account_role text CHECK (account_role IN
    ('agent', 'supervisor', 'postmaster', 'clerk', 'administrator'));
COMMENT ON COLUMN requests.account_id IS 'The account that is to be changed.';
COMMENT ON COLUMN requests.new_account IS 'The staff id of an account that is to be added.';
COMMENT ON COLUMN requests.account_name IS 'The name of whom it is for.';
COMMENT ON COLUMN requests.account_role IS 'The role that the account is to have, at office_id.';
COMMENT ON COLUMN requests.pin_hash IS
    'Argon2 of a PIN that its owner typed, or of a password that is handed over; gone when the request '
    'is decided.';
ALTER TABLE requests DROP CONSTRAINT requests_what_check;
ALTER TABLE requests ADD CONSTRAINT requests_what_check CHECK (what IN
    ('correct_number', 'move_destination', 'reopen', 'reset_pin', 'name_phone', 'document', 'refund',
     'reopen_counter', 'reopen_day', 'add_account', 'change_account', 'reset_password', 'reset_factor'));
ALTER TABLE requests DROP CONSTRAINT requests_about_one;
ALTER TABLE requests ADD CONSTRAINT requests_about_one CHECK (num_nonnulls(
    article_id, postman_id, credit_id, closed_day_id, day, account_id, new_account) = 1);
DROP INDEX one_request;
CREATE UNIQUE INDEX one_request ON requests
    (what, article_id, postman_id, credit_id, closed_day_id, account_id, new_account)
    NULLS NOT DISTINCT WHERE state = 'waiting' AND day IS NULL;
