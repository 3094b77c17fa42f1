-- store: how long a nonce is kept (store/nonces.py); nothing of its rows changes.
COMMENT ON TABLE hook_nonces IS
    'store: What carriers signed their requests to our hooks with and is good once (Plivo, Vobiz). Kept for 400 days.';
