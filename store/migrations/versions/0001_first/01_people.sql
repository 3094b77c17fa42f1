-- postal/people: offices, staff and how they sign in, and the software that calls the API.

CREATE TABLE offices (
    id       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name     text NOT NULL,
    pin      pin NOT NULL,
    branch_type text NOT NULL CHECK (branch_type IN ('head', 'sub', 'branch')),
    district text NOT NULL,
    phone    phone,
    UNIQUE (pin, name)
);
COMMENT ON TABLE offices IS
    'postal/people: Post offices that deliver, each with the PIN that it serves.';
COMMENT ON COLUMN offices.phone IS 'The office''s own telephone: it texts with Dakiya as the office.';
CREATE INDEX offices_name ON offices (lower(name) text_pattern_ops);

CREATE TABLE staff (
    id       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    staff_id text NOT NULL UNIQUE,
    name     text NOT NULL,
    role     text NOT NULL CHECK (role IN
             ('postman', 'postmaster', 'clerk', 'agent', 'supervisor', 'administrator')),
    office_id bigint NOT NULL REFERENCES offices,
    beat     integer CHECK (beat > 0),
    active   boolean NOT NULL DEFAULT true,
    created_at timestamptz NOT NULL DEFAULT now(),
    -- The telephone, and the PIN that proves its owner in a text or a dialled menu.
    phone    phone,
    next_phone phone,
    blocked_at timestamptz,
    pin_hash text,
    pin_wrong smallint NOT NULL DEFAULT 0,
    pin_locked_until timestamptz,
    -- Signing in to the pages: a password, then a one-time password.
    password_hash text,
    totp_salt bytea CHECK (octet_length(totp_salt) = 16),
    totp_confirmed_at timestamptz,
    totp_step bigint,
    sign_in_wrong smallint NOT NULL DEFAULT 0,
    sign_in_locked_until timestamptz
);
COMMENT ON TABLE staff IS
    'postal/people: Members of staff: postmen, who text, and all who sign in to the pages.';
COMMENT ON COLUMN staff.staff_id IS 'The department''s own identifier of the person.';
COMMENT ON COLUMN staff.beat IS 'The number of a postman''s walk within the office.';
COMMENT ON COLUMN staff.next_phone IS
    'A new telephone that the office named; it replaces phone when it sends the PIN.';
COMMENT ON COLUMN staff.blocked_at IS
    'Since when the telephone is reported lost. It counts as a stranger''s until it sends the PIN.';
COMMENT ON COLUMN staff.pin_wrong IS 'Wrong PINs in a row; three lock the PIN for half an hour.';
COMMENT ON COLUMN staff.password_hash IS 'Argon2. NULL: the person cannot sign in.';
COMMENT ON COLUMN staff.totp_salt IS
    'The secret of the authenticator is derived from the master key and this salt; it is not stored.';
COMMENT ON COLUMN staff.totp_step IS
    'The last time step that was accepted: a one-time password is accepted once (RFC 6238, 5.2).';
CREATE UNIQUE INDEX staff_phone ON staff (phone) WHERE active;
COMMENT ON INDEX staff_phone IS
    'A telephone belongs to one active member of staff; who has left may have had it before.';
CREATE UNIQUE INDEX staff_next_phone ON staff (next_phone) WHERE next_phone IS NOT NULL;
CREATE UNIQUE INDEX staff_beat ON staff (office_id, beat);
CREATE INDEX staff_name ON staff (lower(name) text_pattern_ops);

CREATE TABLE recovery_codes (
    id       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    staff_id bigint NOT NULL REFERENCES staff,
    digest   bytea NOT NULL,
    used_at  timestamptz,
    UNIQUE (staff_id, digest)
);
COMMENT ON TABLE recovery_codes IS
    'postal/people: Codes that replace the authenticator when it is lost. Each is accepted once.';
COMMENT ON COLUMN recovery_codes.digest IS
    'Keyed with the master key: a leak of the database reveals no code.';

CREATE TABLE sign_ins (
    id       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    staff_id bigint NOT NULL REFERENCES staff,
    digest   bytea NOT NULL UNIQUE,
    at       timestamptz NOT NULL,
    seen_at  timestamptz NOT NULL,
    proved_at timestamptz,
    ended_at timestamptz
);
COMMENT ON TABLE sign_ins IS 'postal/people: Sessions of members of staff on the pages.';
COMMENT ON COLUMN sign_ins.digest IS 'SHA-256 of the token in the cookie.';
COMMENT ON COLUMN sign_ins.seen_at IS 'The last request of the session.';
COMMENT ON COLUMN sign_ins.proved_at IS 'When the second factor was shown. NULL: not yet.';
CREATE INDEX sign_ins_open ON sign_ins (staff_id) WHERE ended_at IS NULL;

CREATE TABLE tokens (
    id       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name     text NOT NULL UNIQUE,
    digest   bytea NOT NULL UNIQUE,
    created_at timestamptz NOT NULL DEFAULT now(),
    revoked_at timestamptz
);
COMMENT ON TABLE tokens IS 'postal/people: Software of the department that may call the API.';
COMMENT ON COLUMN tokens.digest IS 'SHA-256 of the token, which is random and shown once.';

CREATE TABLE idempotency_keys (
    token_id bigint NOT NULL REFERENCES tokens,
    key      text NOT NULL,
    request_digest bytea NOT NULL,
    status   smallint NOT NULL,
    answer   jsonb NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (token_id, key)
);
COMMENT ON TABLE idempotency_keys IS
    'web/api: Answers to requests with an Idempotency-Key: a repeated request is not executed again.';
COMMENT ON COLUMN idempotency_keys.request_digest IS
    'Keyed with the master key, because a body may hold a postman''s PIN of four digits.';
