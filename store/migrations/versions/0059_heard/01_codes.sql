-- postal: a code that was said in a call, however the call came about, was heard.
ALTER TABLE codes ADD COLUMN heard_at timestamptz;
COMMENT ON COLUMN codes.heard_at IS
    'When it was first said in a call to whoever pressed a key there: in one that said it alone, or from the menu of a call.';
