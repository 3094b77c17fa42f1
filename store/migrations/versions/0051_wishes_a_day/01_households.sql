-- postal: how often a telephone changed today what it wishes for all its post.
ALTER TABLE households ADD COLUMN wishes smallint NOT NULL DEFAULT 0;
ALTER TABLE households ADD COLUMN wished_day date;
COMMENT ON COLUMN households.wishes IS
    'How often it was asked, or changed, on wished_day; beyond some, an office changes it alone.';
COMMENT ON COLUMN households.wished_day IS 'In Asia/Kolkata.';

-- postal: the words that a screen shows are the household's when they are taken, and end none before.
ALTER TABLE households ADD COLUMN drawn_salt bytea;
ALTER TABLE households ADD COLUMN drawn_key integer;
ALTER TABLE households ADD CONSTRAINT households_drawn_check
    CHECK ((drawn_salt IS NULL) = (drawn_key IS NULL)) NOT VALID;
COMMENT ON COLUMN households.drawn_salt IS
    'Random; from it and a key come the two words that were shown by dial and not taken. NULL: none were.';
COMMENT ON COLUMN households.drawn_key IS 'The number of the key of those words.';
COMMENT ON COLUMN households.word_state IS
    'chosen: whoever says it at the door may be handed post. NULL: there is none. offered: no more.';
