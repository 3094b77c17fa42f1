-- postal: a postman asks whether another telephone may have the code of what he carries.
-- No domain: its check would rewrite the table.
ALTER TABLE exceptions ADD COLUMN phone text;
ALTER TABLE exceptions ADD CONSTRAINT exceptions_phone_check
    CHECK (phone ~ '^\+[1-9][0-9]{6,14}$') NOT VALID;
COMMENT ON COLUMN exceptions.phone IS
    'The telephone that whoever was at the door named as the right one. NULL: it was asked to hand it over without a code, or the telephone was removed with the person''s data.';
ALTER TABLE exceptions ADD COLUMN wish text;
COMMENT ON COLUMN exceptions.wish IS
    'number: another telephone is to have the code. NULL: it is to go without its code.';
ALTER TABLE exceptions ADD CONSTRAINT exceptions_wish_check CHECK (wish IN ('number')) NOT VALID;
ALTER TABLE exceptions DROP CONSTRAINT exceptions_outcome_check;
ALTER TABLE exceptions ADD CONSTRAINT exceptions_outcome_check CHECK (outcome IN
    ('used', 'undone', 'refused', 'lapsed', 'unused', 'over', 'moved')) NOT VALID;
COMMENT ON COLUMN exceptions.outcome IS
    'used: handed over without the code. undone: and taken back. refused, lapsed: no agreement. '
    'unused: not handed over in time. over: the article was another case by then. '
    'moved: the office agreed to the other telephone.';
