-- store: a new sprint is packed into one column (store/packing.py); rows of before keep their five.

ALTER TABLE sprints
    ALTER COLUMN event DROP NOT NULL, ALTER COLUMN state_before DROP NOT NULL,
    ALTER COLUMN facts DROP NOT NULL, ALTER COLUMN decision DROP NOT NULL,
    ALTER COLUMN state_after DROP NOT NULL,
    ADD COLUMN dictionary smallint, ADD COLUMN kept bytea, ADD COLUMN phones text,
    ADD COLUMN event_kind text, ADD COLUMN acts text, ADD COLUMN about text, ADD COLUMN article text;
DO $$
DECLARE
    old text;
BEGIN
    SELECT conname INTO STRICT old FROM pg_constraint WHERE conrelid = 'sprints'::regclass
        AND contype = 'c' AND pg_get_constraintdef(oid) LIKE '%num_nonnulls(told%';
    EXECUTE format('ALTER TABLE sprints DROP CONSTRAINT %I', old);
END $$;
ALTER TABLE sprints ADD CONSTRAINT sprints_packed_or_whole CHECK (CASE WHEN kept IS NULL
    THEN num_nonnulls(event, state_before, facts, decision, state_after) = 5
         AND num_nonnulls(dictionary, phones, event_kind, acts, about, article) = 0
         AND num_nonnulls(told, private_salt, private_digest) IN (0, 3)
    ELSE num_nonnulls(event, state_before, facts, decision, state_after, told) = 0
         AND num_nonnulls(dictionary, event_kind, acts, private_salt, private_digest) = 5 END);
COMMENT ON COLUMN sprints.kept IS
    'Event, state before, facts and decision: JSON without defaults and telephones, in zstd with a '
    'trained dictionary (store/packing.py). NULL: a row of before, which has them as JSON.';
COMMENT ON COLUMN sprints.dictionary IS
    'The number of the dictionary and the defaults of kept (store/dictionaries).';
COMMENT ON COLUMN sprints.phones IS
    'The telephones that were taken out of kept, in order: so a person can be forgotten in a row. NULL: none.';
COMMENT ON COLUMN sprints.event_kind IS 'The class of the event.';
COMMENT ON COLUMN sprints.acts IS 'The classes of the acts, in order, by comma.';
COMMENT ON COLUMN sprints.about IS
    'The articles it names, by number: the one of the context before (-: none), then those of the event '
    'and of the context after. NULL: none.';
COMMENT ON COLUMN sprints.article IS
    'The article whose own machine decided; set by the trigger. NULL: a person''s decided.';
COMMENT ON COLUMN sprints.event IS 'Of a row of before. NULL: it is in kept.';
COMMENT ON COLUMN sprints.told IS
    'Of a row of before: machine, article, event and acts by name, without any person. A packed row has '
    'article, event_kind and acts. NULL besides: written before it was.';
COMMENT ON COLUMN sprints.private_digest IS
    'Of kept and phones (of a row of before: event, state_before, facts, decision and state_after) as they '
    'were written (private_digest). It stays when content is removed.';

CREATE OR REPLACE FUNCTION row_digest(salt uuid, written json) RETURNS bytea LANGUAGE sql IMMUTABLE AS $$
    SELECT sha256('\x00'::bytea || uuid_send(salt) || convert_to(
        (SELECT '{' || string_agg('"' || key || '":' || value::text, ',' ORDER BY key COLLATE "C") || '}'
         FROM json_each(written)
         WHERE key <> ALL ('{salt,digest,position,private_salt}') AND value::text <> 'null'
           AND (key <> ALL ('{event,state_before,facts,decision,state_after,kept,phones}')
                OR written->>'private_digest' IS NULL)),
        'UTF8'))
$$;

CREATE OR REPLACE FUNCTION private_digest(private_salt uuid, written json) RETURNS bytea
    LANGUAGE sql IMMUTABLE AS $$
    SELECT sha256('\x00'::bytea || uuid_send(private_salt) || convert_to(
        (SELECT '{' || string_agg('"' || key || '":' || value::text, ',' ORDER BY key COLLATE "C") || '}'
         FROM json_each(written)
         WHERE CASE WHEN written->>'kept' IS NULL
               THEN key = ANY ('{event,state_before,facts,decision,state_after}')
               ELSE key = ANY ('{kept,phones}') AND value::text <> 'null' END),
        'UTF8'))
$$;

CREATE OR REPLACE FUNCTION chain_sprint() RETURNS trigger LANGUAGE plpgsql
    SET search_path = pg_catalog, public, pg_temp SET TimeZone = 'UTC' AS $$
BEGIN
    PERFORM pg_current_xact_id();  -- before the clock is read: see chain_row
    NEW.day_written := coalesce(NEW.day_written, (clock_timestamp() AT TIME ZONE 'Asia/Kolkata')::date);
    NEW.salt := coalesce(NEW.salt, gen_random_uuid());
    NEW.private_salt := coalesce(NEW.private_salt, gen_random_uuid());
    IF NEW.kept IS NOT NULL THEN
        SELECT whose INTO NEW.article FROM conversations
        WHERE id = NEW.conversation_id AND machine = 'article';
        -- As private_digest and row_digest, written out: calls of them cost as much again.
        NEW.private_digest := sha256('\x00'::bytea || uuid_send(NEW.private_salt) || convert_to(
            '{"kept":' || to_json(NEW.kept) || coalesce(',"phones":' || to_json(NEW.phones), '') || '}',
            'UTF8'));
        SELECT sha256('\x00'::bytea || uuid_send(NEW.salt) || convert_to(
            '{' || string_agg('"' || key || '":' || value::text, ',' ORDER BY key COLLATE "C") || '}',
            'UTF8'))
        INTO NEW.digest FROM json_each(to_json(NEW))
        WHERE key <> ALL ('{salt,digest,position,private_salt,kept,phones}') AND value::text <> 'null';
        RETURN NEW;
    END IF;
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

CREATE OR REPLACE FUNCTION forget_in_sprints(gone text, stand_in text, around text[],
                                             removed_at timestamptz, by_operator text, why text)
    RETURNS bigint LANGUAGE plpgsql
    SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp SET TimeZone = 'UTC' AS $$
DECLARE
    whole CONSTANT text := '\' || gone || '(?![0-9])';
    done bigint;
BEGIN
    PERFORM refuse_no_stand_in(gone, stand_in);
    WITH touched AS (
        UPDATE sprints s
        SET event = regexp_replace(event::text, whole, stand_in, 'g')::jsonb,
            state_before = regexp_replace(state_before::text, whole, stand_in, 'g')::jsonb,
            facts = regexp_replace(facts::text, whole, stand_in, 'g')::jsonb,
            decision = regexp_replace(decision::text, whole, stand_in, 'g')::jsonb,
            state_after = regexp_replace(state_after::text, whole, stand_in, 'g')::jsonb,
            phones = regexp_replace(phones, whole, stand_in, 'g'),
            salt = CASE WHEN private_digest IS NULL THEN gen_random_uuid() ELSE salt END,
            private_salt = CASE WHEN private_digest IS NULL THEN NULL ELSE gen_random_uuid() END
        FROM conversations c
        WHERE c.id = s.conversation_id AND c.whose = ANY (around)
          AND CASE WHEN kept IS NULL
              THEN event::text || state_before::text || facts::text || decision::text || state_after::text
              ELSE phones END ~ whole
        RETURNING s.*
    )
    INSERT INTO redactions (at, chain, row_id, row_day, digest_was, digest_now, operator, reason)
    SELECT removed_at, 'sprints', id, day_written, digest,
           CASE WHEN private_digest IS NULL THEN row_digest(salt, to_json(touched))
                ELSE private_digest(private_salt, to_json(touched)) END, by_operator, why
    FROM touched ORDER BY id;
    GET DIAGNOSTICS done = ROW_COUNT;
    RETURN done;
END $$;
