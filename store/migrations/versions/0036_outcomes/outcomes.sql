-- store: which work was committed, for whoever lost the answer to its commit.

CREATE TABLE outcomes (
    id   uuid PRIMARY KEY,
    done boolean NOT NULL
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000,
        autovacuum_vacuum_insert_scale_factor = 0, autovacuum_vacuum_insert_threshold = 50000);
COMMENT ON TABLE outcomes IS
    'store: the last hour''s transactions, by an id of their own. A process that lost the answer to a '
    'commit looks here whether it was done.';
COMMENT ON COLUMN outcomes.id IS 'A UUID of version 7: it begins with the time, by which it is removed.';
COMMENT ON COLUMN outcomes.done IS
    'True: committed with its work. False: looked up before, so that the work can never be committed.';

-- It runs at the end of every transaction that may write; one that wrote nothing leaves nothing.
CREATE FUNCTION note_outcome(noted uuid) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    IF pg_current_xact_id_if_assigned() IS NOT NULL THEN
        INSERT INTO public.outcomes (id, done) VALUES (noted, true);
    END IF;
END $$;
COMMENT ON FUNCTION note_outcome(uuid) IS 'Note that this transaction is committed, where it wrote anything.';
