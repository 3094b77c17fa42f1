-- Webhooks: the department's own software is told what happened, at an address of its own.
CREATE TABLE webhook_subscriptions (
    id       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    token_id bigint NOT NULL REFERENCES tokens,    -- who made it, and alone may see and end it
    url      text NOT NULL CHECK (length(url) BETWEEN 1 AND 500),
    kinds    text[] NOT NULL DEFAULT '{}',         -- empty: all
    -- The signing secret is derived from the master key and this salt; it is never stored.
    secret_salt bytea NOT NULL CHECK (octet_length(secret_salt) = 16),
    cursor   bigint NOT NULL,                      -- the last position of the feed that was taken
    created_at timestamptz NOT NULL,               -- what happened earlier is not sent
    ended_at timestamptz,
    end_reason text CHECK (end_reason IN ('asked', 'gone', 'token_revoked')),
    failures integer NOT NULL DEFAULT 0,           -- attempts in a row that failed
    rested_until timestamptz,                      -- after several failures in a row
    tried_at timestamptz,
    succeeded_at timestamptz,
    CHECK ((ended_at IS NULL) = (end_reason IS NULL))
);
CREATE INDEX webhook_subscriptions_active ON webhook_subscriptions (cursor) WHERE ended_at IS NULL;
CREATE INDEX webhook_subscriptions_token ON webhook_subscriptions (token_id);

-- One row per subscription and event that it is told of.
CREATE TABLE webhook_deliveries (
    id       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    subscription_id bigint NOT NULL REFERENCES webhook_subscriptions,
    position bigint,                               -- of the event in the feed; NULL: a ping
    created_at timestamptz NOT NULL,
    state    text NOT NULL DEFAULT 'pending' CHECK (state IN ('pending', 'delivered', 'dead')),
    attempts integer NOT NULL DEFAULT 0,
    first_tried_at timestamptz,
    next_attempt_at timestamptz NOT NULL,
    lease    uuid,
    leased_until timestamptz,
    settled_at timestamptz,
    error    text CHECK (length(error) <= 300),
    UNIQUE (subscription_id, position),
    CHECK ((state = 'pending') = (settled_at IS NULL)),
    CHECK ((lease IS NULL) = (leased_until IS NULL))
);
CREATE INDEX webhook_deliveries_pending ON webhook_deliveries (subscription_id, position)
    WHERE state = 'pending';
CREATE INDEX webhook_deliveries_dead ON webhook_deliveries (subscription_id, id) WHERE state = 'dead';
CREATE INDEX webhook_deliveries_settled ON webhook_deliveries (settled_at) WHERE state <> 'pending';
