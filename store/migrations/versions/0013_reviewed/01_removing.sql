-- store: purge removes by these functions alone, so it can put nothing in the place of what was there.

CREATE FUNCTION forget_in_sprints(gone text, stand_in text, around text[], removed_at timestamptz,
                                  by_operator text, why text) RETURNS bigint LANGUAGE plpgsql
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
            salt = CASE WHEN private_digest IS NULL THEN gen_random_uuid() ELSE salt END,
            private_salt = CASE WHEN private_digest IS NULL THEN NULL ELSE gen_random_uuid() END
        FROM conversations c
        WHERE c.id = s.conversation_id AND c.whose = ANY (around)
          AND (event::text || state_before::text || facts::text || decision::text || state_after::text)
              ~ whole
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
COMMENT ON FUNCTION forget_in_sprints(text, text, text[], timestamptz, text, text) IS
    'Replace a whole telephone by a number that nobody can have, in the sprints of whom around names, '
    'and write it down. With the owner''s rights: purge may not change a sprint in any other way.';

CREATE FUNCTION forget_in_access_log(gone text, stand_in text, removed_at timestamptz,
                                     by_operator text, why text) RETURNS bigint LANGUAGE plpgsql
    SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp SET TimeZone = 'UTC' AS $$
DECLARE
    done bigint;
BEGIN
    PERFORM refuse_no_stand_in(gone, stand_in);
    WITH touched AS (
        UPDATE access_log SET phone = stand_in, reason = NULL, salt = gen_random_uuid()
        WHERE phone = gone RETURNING *
    )
    INSERT INTO redactions (at, chain, row_id, row_day, digest_was, digest_now, operator, reason)
    SELECT removed_at, 'access_log', id, day_written, digest, row_digest(salt, to_json(touched)),
           by_operator, why
    FROM touched ORDER BY id;
    GET DIAGNOSTICS done = ROW_COUNT;
    RETURN done;
END $$;
COMMENT ON FUNCTION forget_in_access_log(text, text, timestamptz, text, text) IS
    'Replace a telephone by a number that nobody can have, remove the reasons of those lines, and write '
    'it down. With the owner''s rights: purge may not change the access log in any other way.';

CREATE FUNCTION purge_access_log(before timestamptz, most integer, removed_at timestamptz,
                                 by_operator text, why text) RETURNS bigint LANGUAGE plpgsql
    SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp SET TimeZone = 'UTC' AS $$
DECLARE
    done bigint;
BEGIN
    IF before > clock_timestamp() - interval '1 day' THEN
        RAISE EXCEPTION 'lines of the last day are not removed';
    END IF;
    WITH touched AS (
        DELETE FROM access_log
        WHERE id IN (SELECT id FROM access_log WHERE at < before ORDER BY id LIMIT most)
        RETURNING *
    )
    INSERT INTO redactions (at, chain, row_id, row_day, digest_was, operator, reason)
    SELECT removed_at, 'access_log', id, day_written, digest, by_operator, why
    FROM touched ORDER BY id;
    GET DIAGNOSTICS done = ROW_COUNT;
    RETURN done;
END $$;
COMMENT ON FUNCTION purge_access_log(timestamptz, integer, timestamptz, text, text) IS
    'Remove the oldest lines of the access log, at most that many, and write it down. With the owner''s '
    'rights: purge may delete no line in any other way.';

CREATE FUNCTION refuse_no_stand_in(gone text, stand_in text) RETURNS void LANGUAGE plpgsql
    SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF gone !~ '^\+[1-9][0-9]{6,14}$' THEN
        RAISE EXCEPTION 'what is forgotten is a telephone with its country code';
    ELSIF stand_in !~ '^\+999[0-9]{10}$' THEN
        RAISE EXCEPTION 'in its place comes a number that nobody can have: +999 and ten digits';
    END IF;
END $$;
COMMENT ON FUNCTION refuse_no_stand_in(text, text) IS
    'Refuse to forget what is no telephone, or to put anything but an unassignable number in its place.';

REVOKE ALL ON FUNCTION forget_in_sprints(text, text, text[], timestamptz, text, text) FROM PUBLIC;
REVOKE ALL ON FUNCTION forget_in_access_log(text, text, timestamptz, text, text) FROM PUBLIC;
REVOKE ALL ON FUNCTION purge_access_log(timestamptz, integer, timestamptz, text, text) FROM PUBLIC;
