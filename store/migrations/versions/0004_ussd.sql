-- One dial, until its last screen. What was typed may be a PIN or a code: only a keyed digest of it
-- is kept, to know a repeat, and how long it was, to know what is new.
CREATE TABLE ussd_sessions (
    id       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    gateway  text NOT NULL,
    carrier_id text NOT NULL,
    phone    phone NOT NULL,
    service  text NOT NULL,
    begun_at timestamptz NOT NULL,
    at       timestamptz NOT NULL,     -- of the last answer
    place    jsonb NOT NULL,           -- where the person stands (flows/ussd/engine.py)
    hops     smallint NOT NULL DEFAULT 0,
    seen     integer NOT NULL DEFAULT 0,
    digest   bytea,
    ended_at timestamptz,
    UNIQUE (gateway, carrier_id, phone, service)
);
CREATE INDEX ussd_sessions_open ON ussd_sessions (phone, service, at) WHERE ended_at IS NULL;

-- What stood on the telephone, and what was typed to get there, masked.
CREATE TABLE ussd_hops (
    session_id bigint NOT NULL REFERENCES ussd_sessions ON DELETE CASCADE,
    position smallint NOT NULL,
    at       timestamptz NOT NULL,
    digest   bytea NOT NULL,           -- of all that was typed up to here
    typed    text NOT NULL,
    screen   text NOT NULL,
    body     text NOT NULL,
    ends     boolean NOT NULL,
    PRIMARY KEY (session_id, position),
    UNIQUE (session_id, digest)
);

-- Three wrong PINs lock it for half an hour.
ALTER TABLE staff
    ADD COLUMN pin_wrong smallint NOT NULL DEFAULT 0,
    ADD COLUMN pin_locked_until timestamptz;
