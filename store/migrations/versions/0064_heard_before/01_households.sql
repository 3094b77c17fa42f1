-- postal: until a telephone is told of a new wish, the last one of which it was told counts.
ALTER TABLE households ADD COLUMN heard_keeps boolean NOT NULL DEFAULT false;
ALTER TABLE households ADD COLUMN heard_weekdays smallint[];
ALTER TABLE households ADD COLUMN heard_since timestamptz;
COMMENT ON COLUMN households.unheard IS
    'Its weekdays, or that its post is kept, were wished in its name, and no text about that arrived yet: heard_keeps and heard_weekdays count.';
COMMENT ON COLUMN households.heard_keeps IS
    'Where unheard: whether its post is kept by the last wish of which the telephone was told.';
COMMENT ON COLUMN households.heard_weekdays IS
    'Where unheard: the weekdays of the last wish of which the telephone was told. NULL: any.';
COMMENT ON COLUMN households.heard_since IS
    'Since when that one counts. NULL: there is none, or it is older than such notes.';
