-- postal: how often a telephone changed today what it wishes for all its post.
ALTER TABLE households ADD COLUMN wishes smallint NOT NULL DEFAULT 0;
ALTER TABLE households ADD COLUMN wished_day date;
COMMENT ON COLUMN households.wishes IS
    'How often it was asked, or changed, on wished_day; beyond some, an office changes it alone.';
COMMENT ON COLUMN households.wished_day IS 'In Asia/Kolkata.';
