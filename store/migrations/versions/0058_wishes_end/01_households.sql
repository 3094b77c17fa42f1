-- postal: how often a telephone changes in a day whom its wishes let in, on which days its post
-- comes, and its word, each for itself; and its question ends.
ALTER TABLE households ADD COLUMN who_wishes smallint NOT NULL DEFAULT 0;
ALTER TABLE households ADD COLUMN word_wishes smallint NOT NULL DEFAULT 0;
ALTER TABLE households ADD COLUMN asked_at timestamptz;
COMMENT ON COLUMN households.wishes IS
    'How often it was changed on wished_day when its post comes; beyond some, an office does it alone.';
COMMENT ON COLUMN households.who_wishes IS 'The same of whom it lets in, questions among them.';
COMMENT ON COLUMN households.word_wishes IS 'The same of its word.';
COMMENT ON COLUMN households.asked_at IS
    'When what asks is about was asked first; its digits answer it for a day. NULL: they do not any more.';
COMMENT ON COLUMN households.weekdays_since IS
    'Since when the telephone wishes these weekdays, or that its post is kept. NULL: it wishes neither, or did before this was noted.';
