CREATE TABLE lookups_read (
    one boolean PRIMARY KEY DEFAULT true CHECK (one),
    position bigint NOT NULL
);
COMMENT ON TABLE lookups_read IS
    'postal/people: How far the feed was read for telephones that a service for look-ups is asked about. One row.';
COMMENT ON TABLE number_lookups IS
    'postal/people: What a service for look-ups is to be asked, or said the last time, of the telephones of articles.';
COMMENT ON COLUMN number_lookups.article_id IS
    'The article that got the telephone. Not a foreign key.';
COMMENT ON COLUMN number_lookups.asked_at IS
    'When it was claimed last, or, with no attempts, named; without an answer it is asked again a minute later, three times at most.';
COMMENT ON INDEX number_lookups_due IS
    'postal/people/lookups.py: what is to be asked next; not what was given up.';
COMMENT ON INDEX number_lookups_article IS
    'postal/people/lookups.py: where the feed is read from, the first time. A contract migration drops it.';
COMMENT ON INDEX number_lookups_open IS
    'Of before number_lookups_due; a contract migration drops it.';
