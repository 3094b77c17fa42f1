-- store: a sprint's digest proves what was decided without its content, which names telephones.

ALTER TABLE sprints ADD COLUMN told jsonb, ADD COLUMN private_salt uuid, ADD COLUMN private_digest bytea,
    ADD CHECK (num_nonnulls(told, private_salt, private_digest) IN (0, 3));
COMMENT ON COLUMN sprints.told IS
    'Machine, article, event and acts by name, without any person: this is in the digest, the five '
    'columns that it tells of are there by private_digest. NULL: written before it was.';
COMMENT ON COLUMN sprints.private_salt IS 'Random, of private_digest.';
COMMENT ON COLUMN sprints.private_digest IS
    'Of event, state_before, facts, decision and state_after as they were written (private_digest). '
    'It stays when content is removed.';

-- A row that has a private digest is hashed with it instead of with what it stands for.
CREATE OR REPLACE FUNCTION row_digest(salt uuid, written json) RETURNS bytea LANGUAGE sql IMMUTABLE AS $$
    SELECT sha256('\x00'::bytea || uuid_send(salt) || convert_to(
        (SELECT '{' || string_agg('"' || key || '":' || value::text, ',' ORDER BY key COLLATE "C") || '}'
         FROM json_each(written)
         WHERE key <> ALL ('{salt,digest,position,private_salt}') AND value::text <> 'null'
           AND (key <> ALL ('{event,state_before,facts,decision,state_after}')
                OR written->>'private_digest' IS NULL)),
        'UTF8'))
$$;

CREATE FUNCTION private_digest(private_salt uuid, written json) RETURNS bytea LANGUAGE sql IMMUTABLE AS $$
    SELECT sha256('\x00'::bytea || uuid_send(private_salt) || convert_to(
        (SELECT '{' || string_agg('"' || key || '":' || value::text, ',' ORDER BY key COLLATE "C") || '}'
         FROM json_each(written)
         WHERE key = ANY ('{event,state_before,facts,decision,state_after}')),
        'UTF8'))
$$;
COMMENT ON FUNCTION private_digest(uuid, json) IS
    'The digest of what a sprint keeps to itself, made as row_digest makes the one of a row.';

CREATE FUNCTION chain_sprint() RETURNS trigger LANGUAGE plpgsql
    SET search_path = pg_catalog, public, pg_temp SET TimeZone = 'UTC' AS $$
BEGIN
    PERFORM pg_current_xact_id();  -- before the clock is read: see chain_row
    NEW.day_written := coalesce(NEW.day_written, (clock_timestamp() AT TIME ZONE 'Asia/Kolkata')::date);
    NEW.salt := coalesce(NEW.salt, gen_random_uuid());
    NEW.private_salt := coalesce(NEW.private_salt, gen_random_uuid());
    SELECT jsonb_strip_nulls(jsonb_build_object(
        'machine', machine,
        'article', CASE WHEN machine = 'article' THEN whose END,
        'event', NEW.event->>'kind',
        'acts', coalesce(jsonb_path_query_array(NEW.decision, '$.acts[*].kind'), '[]')))
    INTO NEW.told FROM conversations WHERE id = NEW.conversation_id;
    NEW.told := coalesce(NEW.told, '{}');
    NEW.private_digest := private_digest(NEW.private_salt, to_json(NEW));
    NEW.digest := row_digest(NEW.salt, to_json(NEW));
    RETURN NEW;
END $$;
COMMENT ON FUNCTION chain_sprint() IS
    'Give a new sprint what chain_row gives other rows, and what it tells besides its own digest. The '
    'application may set none of it.';

DROP TRIGGER sprints_chained ON sprints;
CREATE TRIGGER sprints_chained BEFORE INSERT ON sprints FOR EACH ROW EXECUTE FUNCTION chain_sprint();
ALTER TABLE sprints ENABLE ALWAYS TRIGGER sprints_chained;

COMMENT ON COLUMN redactions.digest_now IS
    'The digest of what is left of the row, with a new salt; of a sprint that has a private digest, '
    'that one. NULL: the whole row was removed.';
