-- store: the same digest of a packed sprint as row_digest makes, without taking the row apart as JSON,
-- which cost as much as writing the row. A new column of sprints has to be added here, in its place.

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
        NEW.private_digest := sha256('\x00'::bytea || uuid_send(NEW.private_salt) || convert_to(
            '{"kept":' || to_json(NEW.kept) || coalesce(',"phones":' || to_json(NEW.phones), '') || '}',
            'UTF8'));
        NEW.digest := sha256('\x00'::bytea || uuid_send(NEW.salt) || convert_to('{' || concat_ws(',',
            '"about":' || to_json(NEW.about),
            '"acts":' || to_json(NEW.acts),
            '"article":' || to_json(NEW.article),
            '"at":' || to_json(NEW.at),
            '"conversation_id":' || NEW.conversation_id,
            '"day_written":' || to_json(NEW.day_written),
            '"dictionary":' || NEW.dictionary,
            '"event_kind":' || to_json(NEW.event_kind),
            '"id":' || NEW.id,
            '"message_id":' || NEW.message_id,
            '"private_digest":' || to_json(NEW.private_digest),
            '"proof":' || to_json(NEW.proof)) || '}', 'UTF8'));
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
