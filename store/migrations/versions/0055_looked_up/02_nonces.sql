CREATE TABLE hook_nonces (
    gateway text NOT NULL,
    nonce text NOT NULL,
    at timestamptz NOT NULL,
    PRIMARY KEY (gateway, nonce)
);
COMMENT ON TABLE hook_nonces IS
    'store: What carriers signed their requests to our hooks with and is good once (Plivo, Vobiz). Kept for a month.';
CREATE INDEX hook_nonces_at ON hook_nonces (at);
COMMENT ON INDEX hook_nonces_at IS 'store/nonces.py: those that are over.';
