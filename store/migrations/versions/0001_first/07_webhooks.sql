-- webhooks: the department's software is told of events at an address of its own.

CREATE TABLE webhook_subscriptions (
    id       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    token_id bigint NOT NULL REFERENCES tokens,
    url      text NOT NULL CHECK (length(url) BETWEEN 1 AND 500),
    kinds    text[] NOT NULL DEFAULT '{}',
    secret_salt bytea NOT NULL CHECK (octet_length(secret_salt) = 16),
    cursor   bigint NOT NULL,
    created_at timestamptz NOT NULL,
    ended_at timestamptz,
    end_reason text CHECK (end_reason IN ('asked', 'gone', 'token_revoked')),
    failures integer NOT NULL DEFAULT 0,
    rested_until timestamptz,
    tried_at timestamptz,
    succeeded_at timestamptz,
    CHECK ((ended_at IS NULL) = (end_reason IS NULL))
);
COMMENT ON TABLE webhook_subscriptions IS
    'webhooks: Addresses that receive events as they happen.';
COMMENT ON COLUMN webhook_subscriptions.token_id IS
    'The token that created it; no other may see or end it.';
COMMENT ON COLUMN webhook_subscriptions.kinds IS 'Kinds of events that it receives; empty: all.';
COMMENT ON COLUMN webhook_subscriptions.secret_salt IS
    'The signing secret is derived from the master key and this salt; it is never stored.';
COMMENT ON COLUMN webhook_subscriptions.cursor IS 'The last position of the feed that was queued for it.';
COMMENT ON COLUMN webhook_subscriptions.created_at IS 'Earlier events are not sent.';
COMMENT ON COLUMN webhook_subscriptions.failures IS 'Failed attempts in a row.';
COMMENT ON COLUMN webhook_subscriptions.rested_until IS
    'Nothing is sent before this, after several failures in a row.';
CREATE INDEX webhook_subscriptions_active ON webhook_subscriptions (cursor) WHERE ended_at IS NULL;
CREATE INDEX webhook_subscriptions_token ON webhook_subscriptions (token_id);

CREATE TABLE webhook_deliveries (
    id       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    subscription_id bigint NOT NULL REFERENCES webhook_subscriptions,
    position bigint,
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
COMMENT ON TABLE webhook_deliveries IS
    'webhooks: One event on its way to one subscription.';
COMMENT ON COLUMN webhook_deliveries.position IS 'Of the event in the feed. NULL: a ping.';
COMMENT ON COLUMN webhook_deliveries.lease IS
    'Identifies the claim of the sender. After leased_until another may claim it.';
CREATE INDEX webhook_deliveries_pending ON webhook_deliveries (subscription_id, position)
    WHERE state = 'pending';
CREATE INDEX webhook_deliveries_dead ON webhook_deliveries (subscription_id, id) WHERE state = 'dead';
CREATE INDEX webhook_deliveries_settled ON webhook_deliveries (settled_at) WHERE state <> 'pending';
