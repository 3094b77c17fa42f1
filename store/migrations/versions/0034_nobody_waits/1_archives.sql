-- store: an archive holds no lock while it writes. Triggers on its month, which live as long as it
-- works, write down that a row was changed meanwhile (store/archive_watch.py).

CREATE TABLE archive_changes (
    id       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    month    bigint NOT NULL,
    of_table text NOT NULL
);
COMMENT ON TABLE archive_changes IS
    'store: A row of a month was changed while that is being archived: what was written of its table is written again.';

CREATE FUNCTION note_archive_change() RETURNS trigger LANGUAGE plpgsql
    SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    INSERT INTO archive_changes (month, of_table) VALUES (TG_ARGV[0]::bigint, TG_ARGV[1]);
    RETURN NULL;
END $$;
COMMENT ON FUNCTION note_archive_change() IS
    'Write down that a month changed, in the transaction that changes it. It runs with the owner''s rights: nobody '
    'else may write there.';
REVOKE ALL ON FUNCTION note_archive_change() FROM PUBLIC;

-- Of the feed: a reader whose cursor is before it is told.
ALTER TABLE archived_months ADD COLUMN last_position bigint;
COMMENT ON COLUMN archived_months.last_position IS
    'Of events: the last position of the feed among them. NULL: of another table, or none had a position.';
UPDATE archived_months a SET last_position =
    (SELECT min(e.position) - 1 FROM events e WHERE e.id >= (a.month + 1) * 1000000000000)
WHERE of_table = 'events';
