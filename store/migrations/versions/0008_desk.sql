-- The desk: members of staff who sign in, and what they looked at.
ALTER TABLE staff
    ADD COLUMN password_hash text,          -- argon2; NULL: signs in nowhere
    ADD COLUMN totp_salt bytea CHECK (octet_length(totp_salt) = 16),   -- the secret is derived from it
    ADD COLUMN totp_confirmed_at timestamptz,
    ADD COLUMN totp_step bigint,            -- the last one that counted: each counts once (RFC 6238, 5.2)
    ADD COLUMN sign_in_wrong smallint NOT NULL DEFAULT 0,
    ADD COLUMN sign_in_locked_until timestamptz;

-- For whoever lost the telephone with the authenticator: each counts once.
CREATE TABLE recovery_codes (
    id       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    staff_id bigint NOT NULL REFERENCES staff,
    digest   bytea NOT NULL,                -- keyed: a leak of the database gives none
    used_at  timestamptz,
    UNIQUE (staff_id, digest)
);

CREATE TABLE sign_ins (
    id       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    staff_id bigint NOT NULL REFERENCES staff,
    digest   bytea NOT NULL UNIQUE,         -- SHA-256 of the token in the cookie
    at       timestamptz NOT NULL,
    seen_at  timestamptz NOT NULL,
    proved_at timestamptz,                  -- the second factor was shown
    ended_at timestamptz
);
CREATE INDEX sign_ins_open ON sign_ins (staff_id) WHERE ended_at IS NULL;

-- Who looked at whose data, and why (docs/developing/domain.md rule 11). Append-only.
CREATE TABLE access_log (
    id       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at       timestamptz NOT NULL,
    staff_id bigint NOT NULL REFERENCES staff,
    what     text NOT NULL,
    phone    phone,
    article_id bigint REFERENCES articles,
    reason   text
);
CREATE INDEX access_log_phone ON access_log (phone, id) WHERE phone IS NOT NULL;
CREATE INDEX access_log_staff ON access_log (staff_id, id);
CREATE TRIGGER access_log_append_only BEFORE UPDATE OR DELETE ON access_log
    FOR EACH ROW EXECUTE FUNCTION append_only();
