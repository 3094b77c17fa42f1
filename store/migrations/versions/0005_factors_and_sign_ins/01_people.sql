-- postal/people: where the staff sign in, with what second factor, and what they are told of it.

CREATE TABLE browsers (
    id       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    staff_id bigint NOT NULL REFERENCES staff,
    digest   bytea NOT NULL,
    first_at timestamptz NOT NULL,
    last_at  timestamptz NOT NULL,
    UNIQUE (staff_id, digest)
);
COMMENT ON TABLE browsers IS
    'postal/people: Browsers in which a member of staff has signed in with both factors.';
COMMENT ON COLUMN browsers.digest IS
    'SHA-256 of the random token in the browser''s own cookie, which lasts longer than a session.';
CREATE INDEX browsers_last ON browsers (last_at);

ALTER TABLE sign_ins
    ADD COLUMN network cidr,
    ADD COLUMN browser_id bigint REFERENCES browsers ON DELETE SET NULL,
    ADD COLUMN program text,
    ADD COLUMN system text,
    ADD COLUMN ended_by bigint REFERENCES staff;
COMMENT ON COLUMN sign_ins.network IS 'The address that it came from; of IPv6 its /64.';
COMMENT ON COLUMN sign_ins.program IS 'The browser''s name, read from its User-Agent. NULL: none known.';
COMMENT ON COLUMN sign_ins.system IS 'What the browser runs on, read from its User-Agent.';
COMMENT ON COLUMN sign_ins.ended_by IS 'Who ended it. NULL: signed out, or a change of the account did.';
CREATE INDEX sign_ins_network ON sign_ins (staff_id, network) WHERE proved_at IS NOT NULL;

-- A lock was one of the account for everybody; it is one of the account and the place.
ALTER TABLE staff
    DROP COLUMN sign_in_wrong,
    DROP COLUMN sign_in_locked_until,
    ADD COLUMN passwords_slow timestamptz,
    ADD COLUMN numbers_slow timestamptz,
    ADD COLUMN recovery_confirmed_at timestamptz;
COMMENT ON COLUMN staff.passwords_slow IS
    'When the wrong passwords of unknown places will be forgotten (the arrival time of GCRA).';
COMMENT ON COLUMN staff.numbers_slow IS
    'The same for wrong six-digit numbers from all but known browsers.';
COMMENT ON COLUMN staff.recovery_confirmed_at IS
    'When the person said that the recovery codes are written down. NULL: they are shown once more.';
UPDATE staff SET recovery_confirmed_at = totp_confirmed_at;

CREATE TABLE sign_in_tries (
    staff_id bigint NOT NULL REFERENCES staff,
    place    text NOT NULL,
    wrong    smallint NOT NULL,
    locks    smallint NOT NULL DEFAULT 0,
    last_at  timestamptz NOT NULL,
    locked_until timestamptz,
    PRIMARY KEY (staff_id, place)
);
COMMENT ON TABLE sign_in_tries IS
    'postal/people: Wrong tries at an account, by the place that they came from, until one is right.';
COMMENT ON COLUMN sign_in_tries.place IS 'A network, or "browser" and the id of a known one.';
COMMENT ON COLUMN sign_in_tries.locks IS 'How often it was locked in a row: each lock is twice as long.';
CREATE INDEX sign_in_tries_last ON sign_in_tries (last_at);

CREATE TABLE passkeys (
    id       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    staff_id bigint NOT NULL REFERENCES staff,
    name     text NOT NULL,
    credential_id bytea NOT NULL UNIQUE,
    public_key bytea NOT NULL,
    sign_count bigint NOT NULL,
    transports text[] NOT NULL,
    synced   boolean NOT NULL,
    created_at timestamptz NOT NULL,
    used_at  timestamptz,
    doubted_at timestamptz
);
COMMENT ON TABLE passkeys IS
    'postal/people: Passkeys (WebAuthn) that are a second factor beside the authenticator.';
COMMENT ON COLUMN passkeys.sign_count IS 'How often it signed, by its own last word. 0: it does not count.';
COMMENT ON COLUMN passkeys.synced IS 'It may be on several devices of its owner, and then never counts.';
COMMENT ON COLUMN passkeys.doubted_at IS
    'When its count went back: there may be a copy of it. It opens nothing any more.';
CREATE INDEX passkeys_staff ON passkeys (staff_id);

CREATE TABLE passkey_challenges (
    sign_in_id bigint NOT NULL REFERENCES sign_ins ON DELETE CASCADE,
    purpose  text NOT NULL CHECK (purpose IN ('add', 'prove')),
    challenge bytea NOT NULL,
    not_after timestamptz NOT NULL,
    PRIMARY KEY (sign_in_id, purpose)
);
COMMENT ON TABLE passkey_challenges IS
    'postal/people: What a passkey is to sign next, for one session; each is good once.';

CREATE TABLE staff_notices (
    id       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    staff_id bigint NOT NULL REFERENCES staff,
    kind     text NOT NULL,
    at       timestamptz NOT NULL,
    network  cidr,
    program  text,
    system   text,
    name     text,
    by_staff_id bigint REFERENCES staff,
    seen_at  timestamptz,
    texted_at timestamptz
);
COMMENT ON TABLE staff_notices IS
    'postal/people: What a member of staff is told about the own account, on the pages and by text.';
COMMENT ON COLUMN staff_notices.name IS 'The name of the passkey that it is about.';
COMMENT ON COLUMN staff_notices.by_staff_id IS 'Who did it, where it was another person.';
COMMENT ON COLUMN staff_notices.texted_at IS
    'When it was taken up for a text, sent or not: there may be no telephone, or no need.';
CREATE INDEX staff_notices_of ON staff_notices (staff_id, id);
CREATE INDEX staff_notices_unseen ON staff_notices (staff_id) WHERE seen_at IS NULL;
CREATE INDEX staff_notices_due ON staff_notices (id) WHERE texted_at IS NULL;

-- Wrong PINs counted for the telephone that sent them: nobody spends another's tries.
CREATE TABLE pin_tries (
    staff_id bigint NOT NULL REFERENCES staff,
    phone    phone NOT NULL,
    wrong    smallint NOT NULL,
    last_at  timestamptz NOT NULL,
    locked_until timestamptz,
    PRIMARY KEY (staff_id, phone)
);
COMMENT ON TABLE pin_tries IS
    'postal/people: Wrong PINs of a postman in a row, by the telephone that sent them.';
INSERT INTO pin_tries (staff_id, phone, wrong, last_at, locked_until)
    SELECT id, phone, pin_wrong, now(), pin_locked_until FROM staff WHERE pin_wrong > 0 AND phone IS NOT NULL;
ALTER TABLE staff
    DROP COLUMN pin_wrong,
    DROP COLUMN pin_locked_until,
    ADD COLUMN pin_own_slow timestamptz,
    ADD COLUMN pin_others_slow timestamptz;
COMMENT ON COLUMN staff.pin_own_slow IS
    'When the wrong PINs of the own telephone will be forgotten (the arrival time of GCRA).';
COMMENT ON COLUMN staff.pin_others_slow IS
    'The same for wrong PINs of all other telephones together, which were named as his new one.';
