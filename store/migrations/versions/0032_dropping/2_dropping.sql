-- store: months that retention drops as a whole. In the chain of removals a month is one row.

ALTER TABLE redactions ADD COLUMN rows bigint CHECK (rows > 0);
COMMENT ON COLUMN redactions.rows IS
    'NULL: it is about one row. Otherwise a whole month was dropped, of so many rows: row_id is the first id '
    'that belongs to it, row_day its last day, digest_was what all its digests come to (month_digest).';

CREATE INDEX redactions_months ON redactions (chain, row_id) WHERE rows IS NOT NULL;
COMMENT ON INDEX redactions_months IS 'store/chains/dropped.py: the months that were dropped whole.';

CREATE FUNCTION month_digest(partition regclass, OUT rows bigint, OUT last_day date, OUT digest bytea)
    LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    EXECUTE format('SELECT coalesce(sum(rows), 0), max(day), sha256(coalesce(string_agg(digest, '''' ORDER BY day), ''''))'
                   ' FROM (SELECT day_written AS day, count(*) AS rows, sha256(string_agg(digest, '''' ORDER BY id)) AS digest'
                   '       FROM %s GROUP BY day_written) AS days', partition)
    INTO rows, last_day, digest;
END $$;
COMMENT ON FUNCTION month_digest(regclass) IS
    'The SHA-256 over those of its days, each over the digests of the day''s rows in the order of their ids.';

CREATE FUNCTION drop_access_log_month(before timestamptz, removed_at timestamptz, by_operator text, why text,
                                      OUT month text, OUT dropped bigint) LANGUAGE plpgsql
    SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp SET TimeZone = 'UTC' AS $$
DECLARE
    part record;
    kept boolean;
    was record;
BEGIN
    IF before > clock_timestamp() - interval '1 day' THEN
        RAISE EXCEPTION 'lines of the last day are not removed';
    END IF;
    IF NOT pg_try_advisory_xact_lock(7235005) THEN
        RETURN;  -- months are being made
    END IF;
    PERFORM set_config('lock_timeout', '500ms', true);
    FOR part IN SELECT p.name, p.number FROM (
            SELECT c.relname AS name, CASE WHEN c.relname = 'access_log_first' THEN 0 ELSE month_number(
                to_date(right(c.relname, 7), 'YYYY_MM')::timestamp AT TIME ZONE 'Asia/Kolkata') END AS number
            FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
            WHERE i.inhparent = 'public.access_log'::regclass AND c.relname <> 'access_log_default') AS p
        WHERE p.number < month_number(clock_timestamp())
          AND month_begins(p.number + 1)::timestamp AT TIME ZONE 'Asia/Kolkata' <= before
        ORDER BY p.number
    LOOP
        -- Not one of which a line is younger, or in no seal yet (its digest is nowhere else), and none a
        -- second time: lines that a wrong clock put there later go one by one (purge_access_log).
        EXECUTE format('SELECT EXISTS (SELECT FROM %I WHERE at >= $1) OR EXISTS (SELECT FROM %I WHERE day_written'
                       ' > coalesce((SELECT max(day) FROM seals), ''-infinity'')) OR EXISTS (SELECT FROM %I) AND'
                       ' EXISTS (SELECT FROM redactions WHERE rows IS NOT NULL AND chain = ''access_log'''
                       ' AND row_id = $2)', part.name, part.name, part.name)
        INTO kept USING before, part.number * 1000000000000;
        CONTINUE WHEN kept;
        EXECUTE format('LOCK TABLE %I IN SHARE ROW EXCLUSIVE MODE', part.name);
        SELECT * INTO was FROM month_digest(part.name::regclass);
        EXECUTE format('SELECT EXISTS (SELECT FROM %I WHERE at >= $1)', part.name) INTO kept USING before;
        CONTINUE WHEN kept;
        EXECUTE format('ALTER TABLE access_log DETACH PARTITION %I', part.name);
        EXECUTE format('DROP TABLE %I', part.name);
        IF was.rows > 0 THEN
            INSERT INTO redactions (at, chain, row_id, row_day, digest_was, operator, reason, rows)
            VALUES (removed_at, 'access_log', part.number * 1000000000000, was.last_day, was.digest, by_operator,
                    why, was.rows);
        END IF;
        month := to_char(month_begins(part.number), 'YYYY-MM');
        dropped := was.rows;
        RETURN;
    END LOOP;
END $$;
COMMENT ON FUNCTION drop_access_log_month(timestamptz, timestamptz, text, text) IS
    'Drop the oldest month of the access log that is over before that moment, with all its lines, and write it '
    'down; return which, and how many lines it had. NULL: there is none. With the owner''s rights.';
REVOKE ALL ON FUNCTION drop_access_log_month(timestamptz, timestamptz, text, text) FROM PUBLIC;
REVOKE ALL ON FUNCTION month_digest(regclass) FROM PUBLIC;

-- Months of which an archive began: what was cut off is known, wherever its files are.
CREATE TABLE archive_attempts (
    month    bigint PRIMARY KEY,
    place    text NOT NULL,
    began_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
COMMENT ON TABLE archive_attempts IS
    'store: Months that are just being archived (flask archive), or of which that was cut off: those are in the '
    'database, whole.';
COMMENT ON COLUMN archive_attempts.place IS 'The directory of the files, as it was named on the machine that wrote it.';

ALTER TABLE archived_months ADD COLUMN last_id bigint;
COMMENT ON COLUMN archived_months.last_id IS
    'The highest id of its rows: what is above came afterwards. NULL: there was none, or it was not noted.';
