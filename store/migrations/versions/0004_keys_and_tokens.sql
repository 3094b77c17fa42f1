-- store: the key ring. What depends on a key names it by number; everything so far is of key 1.

CREATE TABLE keys (
    purpose  text NOT NULL CHECK (purpose IN ('codes', 'factors', 'webhooks', 'digests')),
    number   smallint NOT NULL CHECK (number > 0),
    made_at  timestamptz NOT NULL DEFAULT now(),
    current  boolean NOT NULL,
    retired_at timestamptz,
    PRIMARY KEY (purpose, number),
    CHECK (NOT current OR retired_at IS NULL)
);
COMMENT ON TABLE keys IS
    'store: The keys by purpose and number. They themselves are only in key_seals.';
COMMENT ON COLUMN keys.current IS 'New things of the purpose are bound to this key.';
COMMENT ON COLUMN keys.retired_at IS 'Since when nobody can open it: its seals were removed.';
CREATE UNIQUE INDEX one_current_key ON keys (purpose) WHERE current;

CREATE TABLE key_seals (
    purpose  text NOT NULL,
    number   smallint NOT NULL,
    master   text NOT NULL CHECK (master ~ '^master-[0-9a-f]{8}$'),
    sealed   bytea NOT NULL,
    PRIMARY KEY (purpose, number, master),
    FOREIGN KEY (purpose, number) REFERENCES keys
);
COMMENT ON TABLE key_seals IS
    'store: Each key, sealed under each master key that opens it. Without one the database opens none.';
COMMENT ON COLUMN key_seals.master IS 'The id of the master key: a part of its digest.';
COMMENT ON COLUMN key_seals.sealed IS 'AES-256-GCM, bound to purpose and number.';

ALTER TABLE codes ADD COLUMN key smallint NOT NULL DEFAULT 1;
COMMENT ON COLUMN codes.key IS 'The number of the key, of those for codes, that its digits come from.';
COMMENT ON TABLE codes IS
    'postal: One-time codes, each accepted once. The digits are derived from a key, the salt of the '
    'article and the issue number; they are stored nowhere.';
COMMENT ON COLUMN articles.code_salt IS
    'A code is derived from the key of its issue, this salt and the issue number; it is never stored.';

ALTER TABLE staff ADD COLUMN totp_key smallint NOT NULL DEFAULT 1, ADD COLUMN totp_sealed bytea;
COMMENT ON COLUMN staff.totp_key IS
    'The number of the key, of those for second factors, that the secret depends on.';
COMMENT ON COLUMN staff.totp_sealed IS
    'The secret of the authenticator, sealed under that key. NULL: it is derived from the salt.';
COMMENT ON COLUMN staff.totp_salt IS
    'The secret of the authenticator is derived from its key and this salt, until that key is replaced.';

ALTER TABLE recovery_codes ADD COLUMN key smallint DEFAULT 1;
COMMENT ON COLUMN recovery_codes.key IS
    'Of a code from before the key ring: the number of its key. NULL: keyed with the account''s secret.';
COMMENT ON COLUMN recovery_codes.digest IS
    'Keyed with the secret of the account''s authenticator: a leak of the database reveals no code.';

ALTER TABLE webhook_subscriptions ADD COLUMN secret_key smallint NOT NULL DEFAULT 1,
    ADD COLUMN secret_sealed bytea;
COMMENT ON COLUMN webhook_subscriptions.secret_key IS
    'The number of the key, of those for webhooks, that the signing secret depends on.';
COMMENT ON COLUMN webhook_subscriptions.secret_sealed IS
    'The signing secret, sealed under that key. NULL: it is derived from the salt.';
COMMENT ON COLUMN webhook_subscriptions.secret_salt IS
    'The signing secret is derived from its key and this salt, until that key is replaced.';

ALTER TABLE idempotency_keys ADD COLUMN digest_key smallint NOT NULL DEFAULT 1;
COMMENT ON COLUMN idempotency_keys.digest_key IS
    'The number of the key, of those for digests, of request_digest.';
COMMENT ON COLUMN idempotency_keys.request_digest IS
    'Keyed, because a body may hold a postman''s PIN of four digits.';

ALTER TABLE ussd_sessions ADD COLUMN digest_key smallint NOT NULL DEFAULT 1;
COMMENT ON COLUMN ussd_sessions.digest_key IS
    'The number of the key, of those for digests, of the digests of this session and its screens.';

-- postal/people: what a token may do, for how long, and what was done with it.

ALTER TABLE tokens
    ADD COLUMN scopes text[] CHECK (cardinality(scopes) > 0),
    ADD COLUMN offices bigint[] CHECK (cardinality(offices) > 0),
    ADD COLUMN expires_at timestamptz NOT NULL DEFAULT now() + interval '1 year',
    ADD COLUMN calls_a_minute integer CHECK (calls_a_minute > 0);
COMMENT ON COLUMN tokens.scopes IS 'What it may do, as articles:read. NULL: everything.';
COMMENT ON COLUMN tokens.offices IS
    'The rows of the offices that it acts for, and for no other. NULL: for every office.';
COMMENT ON COLUMN tokens.expires_at IS
    'From then on it is refused. Of tokens from before 0.2: a year after the database was migrated.';
COMMENT ON COLUMN tokens.calls_a_minute IS 'NULL: as many as it likes.';

CREATE TABLE token_uses (
    token_id bigint NOT NULL REFERENCES tokens,
    day      date NOT NULL,
    operation text NOT NULL,
    status   smallint NOT NULL,
    calls    integer NOT NULL DEFAULT 1,
    first_at timestamptz NOT NULL,
    last_at  timestamptz NOT NULL,
    PRIMARY KEY (token_id, day, operation, status)
);
COMMENT ON TABLE token_uses IS
    'postal/people: How often a token called each operation on a day (in India), by the answer''s status.';

CREATE TABLE token_calls (
    id       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    token_id bigint NOT NULL REFERENCES tokens,
    at       timestamptz NOT NULL,
    operation text NOT NULL,
    path     text NOT NULL,
    request_id text NOT NULL
);
COMMENT ON TABLE token_calls IS
    'postal/people: What a token changed: a line for each call, written in the transaction of its work.';
COMMENT ON COLUMN token_calls.path IS 'Names what was changed. It holds no telephone and no name.';
CREATE INDEX token_calls_of ON token_calls (token_id, id);
CREATE INDEX token_calls_at ON token_calls USING brin (at);
