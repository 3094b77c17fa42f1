-- store: the digest of each row, what purge and forgetting removed, and the seal of each day.

CREATE FUNCTION row_digest(salt uuid, written json) RETURNS bytea LANGUAGE sql IMMUTABLE AS $$
    SELECT sha256('\x00'::bytea || uuid_send(salt) || convert_to(
        (SELECT '{' || string_agg('"' || key || '":' || value::text, ',' ORDER BY key COLLATE "C") || '}'
         FROM json_each(written)
         WHERE key <> ALL ('{salt,digest,position}') AND value::text <> 'null'),
        'UTF8'))
$$;
COMMENT ON FUNCTION row_digest(uuid, json) IS
    'The digest of a row as JSON, columns by name, without its salt, digest, place in the feed, and '
    'columns that are NULL (so a later release may add columns): SHA-256 of a zero byte (a leaf, RFC '
    '6962), the salt, and the text. The session''s time zone must be UTC.';

CREATE FUNCTION chain_row() RETURNS trigger LANGUAGE plpgsql
    SET search_path = pg_catalog, public, pg_temp SET TimeZone = 'UTC' AS $$
BEGIN
    -- First the number of the transaction, then the clock: whoever sees after midnight that all
    -- transactions of that moment have ended knows that the day is complete (store/chains/seal.py).
    PERFORM pg_current_xact_id();
    NEW.day_written := coalesce(NEW.day_written, (clock_timestamp() AT TIME ZONE 'Asia/Kolkata')::date);
    NEW.salt := coalesce(NEW.salt, gen_random_uuid());
    -- As row_digest, written out: a call of it costs as much again as the digest.
    SELECT sha256('\x00'::bytea || uuid_send(NEW.salt) || convert_to(
        '{' || string_agg('"' || key || '":' || value::text, ',' ORDER BY key COLLATE "C") || '}',
        'UTF8'))
    INTO NEW.digest FROM json_each(to_json(NEW))
    WHERE key <> ALL ('{salt,digest,position}') AND value::text <> 'null';
    RETURN NEW;
END $$;
COMMENT ON FUNCTION chain_row() IS
    'Give a new row its day by the clock of the database, its salt and its digest. The application '
    'may set none of the three.';

CREATE TABLE redactions (
    id       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at       timestamptz NOT NULL,
    chain    text NOT NULL CHECK (chain IN ('events', 'access_log', 'ledger', 'sprints')),
    row_id   bigint NOT NULL,
    row_day  date NOT NULL,
    digest_was bytea NOT NULL,
    digest_now bytea,
    role     text NOT NULL DEFAULT session_user,
    operator text NOT NULL,
    reason   text NOT NULL
);
COMMENT ON TABLE redactions IS
    'store: What purge and forgetting removed from a row that has a digest, by whom and why. The '
    'digest stays. Append-only.';
COMMENT ON COLUMN redactions.chain IS 'The table of the row.';
COMMENT ON COLUMN redactions.row_day IS 'The day of the row, in whose seal its digest is.';
COMMENT ON COLUMN redactions.digest_was IS 'The digest of the row, which stays in its chain.';
COMMENT ON COLUMN redactions.digest_now IS
    'The digest of what is left of the row, with a new salt. NULL: the whole row was removed.';
COMMENT ON COLUMN redactions.role IS 'The role of the database that did it.';
COMMENT ON COLUMN redactions.operator IS 'The account at the server of whoever gave the command.';
CREATE INDEX redactions_row ON redactions (chain, row_day, row_id, id);

-- Rows that are there already belong to the day on which they happened. Their days are sealed late,
-- one after the other; when, the seal says.
DO $$
DECLARE
    chain text;
BEGIN
    PERFORM set_config('timezone', 'UTC', true);
    FOREACH chain IN ARRAY ARRAY['events', 'access_log', 'ledger', 'sprints', 'redactions'] LOOP
        EXECUTE format('ALTER TABLE %I ADD COLUMN day_written date, ADD COLUMN salt uuid,'
                       ' ADD COLUMN digest bytea', chain);
        EXECUTE format(
            'UPDATE %1$I SET day_written = made.day, salt = made.salt, digest = row_digest('
            '    made.salt, (to_jsonb(%1$I) || jsonb_build_object(''day_written'', made.day))::json)'
            ' FROM (SELECT id, (at AT TIME ZONE ''Asia/Kolkata'')::date AS day,'
            '              gen_random_uuid() AS salt FROM %1$I OFFSET 0) made'
            ' WHERE made.id = %1$I.id', chain);
        EXECUTE format('ALTER TABLE %I ALTER COLUMN day_written SET NOT NULL,'
                       ' ALTER COLUMN salt SET NOT NULL, ALTER COLUMN digest SET NOT NULL', chain);
        EXECUTE format('CREATE INDEX %1$I ON %2$I (day_written, id)', chain || '_day', chain);
        EXECUTE format('COMMENT ON COLUMN %I.day_written IS ''In Asia/Kolkata, by the clock of the'
                       ' database: the day in whose chain the row is.''', chain);
        EXECUTE format('COMMENT ON COLUMN %I.salt IS ''Random: without it nobody can find out by'
                       ' trying what was removed and left its digest.''', chain);
        EXECUTE format('COMMENT ON COLUMN %I.digest IS ''Of the row as it was written (row_digest).'
                       ' It stays when content is removed.''', chain);
        EXECUTE format('CREATE TRIGGER %1$I BEFORE INSERT ON %2$I FOR EACH ROW'
                       ' EXECUTE FUNCTION chain_row()', chain || '_chained', chain);
        -- Also where rows are replicated: a row without a digest is in no chain.
        EXECUTE format('ALTER TABLE %2$I ENABLE ALWAYS TRIGGER %1$I', chain || '_chained', chain);
    END LOOP;
END $$;

CREATE FUNCTION day_is_over() RETURNS trigger LANGUAGE plpgsql
    SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF NEW.day >= (clock_timestamp() AT TIME ZONE 'Asia/Kolkata')::date THEN
        RAISE EXCEPTION '% is not over', NEW.day;
    END IF;
    RETURN NEW;
END $$;
COMMENT ON FUNCTION day_is_over() IS 'Refuse to seal a day before it is over in Asia/Kolkata.';

CREATE TABLE sealed_leaves (
    chain    text NOT NULL CHECK (chain IN
             ('events', 'access_log', 'ledger', 'sprints', 'redactions')),
    day      date NOT NULL,
    part     integer NOT NULL CHECK (part >= 0),
    ids      bigint[] NOT NULL,
    digests  bytea NOT NULL,
    root     bytea NOT NULL CHECK (octet_length(root) = 32),
    PRIMARY KEY (chain, day, part),
    CHECK (octet_length(digests) = 32 * cardinality(ids))
);
COMMENT ON TABLE sealed_leaves IS
    'store: The digests of a day''s rows in the order of their ids, 1024 in each part: which row was '
    'changed, removed or inserted since is seen from them. Append-only.';
COMMENT ON COLUMN sealed_leaves.root IS 'The root of the Merkle tree (RFC 6962) over this part.';
ALTER TABLE sealed_leaves ALTER COLUMN digests SET STORAGE EXTERNAL;
CREATE TRIGGER sealed_leaves_over BEFORE INSERT ON sealed_leaves
    FOR EACH ROW EXECUTE FUNCTION day_is_over();

CREATE TABLE seals (
    day      date PRIMARY KEY,
    at       timestamptz NOT NULL DEFAULT now(),
    document text NOT NULL,
    root     bytea NOT NULL CHECK (root = sha256(convert_to(document, 'UTF8')))
);
COMMENT ON TABLE seals IS
    'store: The seal of each day that is over: how many rows each chain has, the roots of their trees, '
    'and the root of the day before. Append-only.';
COMMENT ON COLUMN seals.day IS 'In Asia/Kolkata.';
COMMENT ON COLUMN seals.document IS 'JSON, letter by letter as it is published (DAY_ROOTS_DIR).';
COMMENT ON COLUMN seals.root IS 'The day''s root: the SHA-256 of the document.';
CREATE TRIGGER seals_over BEFORE INSERT ON seals
    FOR EACH ROW EXECUTE FUNCTION day_is_over();
