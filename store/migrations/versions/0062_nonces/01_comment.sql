-- store: how long a nonce is kept (store/nonces.py); nothing of its rows changes.
COMMENT ON TABLE hook_nonces IS
    'store: What carriers signed their requests to our hooks with and is good once (Plivo, Vobiz). Kept for 400 days.';
-- postal: built beside traffic, of the column of the migration before.
COMMENT ON INDEX households_unheard IS
    'postal/households.py: the few wishes of which a text is still under way.';
