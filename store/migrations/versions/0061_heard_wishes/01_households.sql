-- postal: weekdays and keeping that a text wished wait until the telephone was told.
ALTER TABLE households ADD COLUMN unheard boolean NOT NULL DEFAULT false;
COMMENT ON COLUMN households.unheard IS
    'Its weekdays, or that its post is kept, were wished in its name, and no text about that arrived yet: they count for nothing.';
COMMENT ON COLUMN households.weekdays_since IS
    'Since when the telephone wishes these weekdays, or that its post is kept, and was told of it. NULL: it wishes neither, or did before this was noted.';
COMMENT ON COLUMN articles.kept_by_wish IS
    'It waits at the office because its addressee wished that of all his post: a list takes it where he wishes so no more, or chose a day.';
