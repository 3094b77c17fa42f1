-- postal: door, the postman for whoever is at the door, and his office agreed. Not validated: it admits all of before.
ALTER TABLE moves DROP CONSTRAINT moves_by_check;
ALTER TABLE moves ADD CONSTRAINT moves_by_check
    CHECK (by IN ('holder', 'sender', 'booker', 'office', 'denial', 'door')) NOT VALID;
COMMENT ON COLUMN moves.by IS
    'Who wished it. denial: the holder said that the article is not his, and lost it. door: whoever was at the door, and the office agreed.';
COMMENT ON INDEX exceptions_phone IS 'postal/privacy/forget.py: what a person who is forgotten was named for.';
COMMENT ON INDEX promised_windows_made IS 'postal/privacy/retention.py: windows that no report asks for any more.';
