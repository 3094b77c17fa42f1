-- store: the large tables are partitioned by month. The id carries the month: its number since the
-- month of this migration, times 10^12, and a number from the sequence. So the id alone is the key and
-- says its partition, and the table of before becomes the partition of the first month, unchanged.

DO $$
BEGIN
    -- The month of this migration is month 0. The numbers stay below 2^53 for 700 years (JSON).
    EXECUTE format($function$
        CREATE FUNCTION month_number(at timestamptz) RETURNS bigint LANGUAGE sql IMMUTABLE AS $body$
            SELECT greatest(0, extract(year FROM at AT TIME ZONE 'Asia/Kolkata')::bigint * 12
                               + extract(month FROM at AT TIME ZONE 'Asia/Kolkata')::bigint - %s)
        $body$ $function$,
        (SELECT extract(year FROM t)::bigint * 12 + extract(month FROM t)::bigint
         FROM (SELECT clock_timestamp() AT TIME ZONE 'Asia/Kolkata') AS now (t)));
    EXECUTE format($function$
        CREATE FUNCTION month_begins(number bigint) RETURNS date LANGUAGE sql IMMUTABLE AS $body$
            SELECT (date %L + make_interval(months => number::integer))::date
        $body$ $function$,
        (SELECT date_trunc('month', clock_timestamp() AT TIME ZONE 'Asia/Kolkata')::date));
END $$;
COMMENT ON FUNCTION month_number(timestamptz) IS
    'The number of a month in India, from the one in which months began; what is earlier is in that one.';
COMMENT ON FUNCTION month_begins(bigint) IS 'The first day of the month of that number.';
CREATE FUNCTION first_id(at timestamptz) RETURNS bigint LANGUAGE sql IMMUTABLE AS $$
    SELECT month_number(at) * 1000000000000
$$;
COMMENT ON FUNCTION first_id(timestamptz) IS 'No row of that month has a lower id.';

CREATE TABLE carrier_ids (
    kind     text NOT NULL CHECK (kind IN ('in', 'out', 'again')),
    gateway  text NOT NULL,
    carrier_id text NOT NULL,
    message_id bigint,
    PRIMARY KEY (kind, gateway, carrier_id)
);
COMMENT ON TABLE carrier_ids IS
    'outbox: What is once over all months of messages: the carrier''s id of a text that came (in) or went '
    '(out), and a second send by a carrier (again: the message that it repeats).';
COMMENT ON COLUMN carrier_ids.message_id IS 'NULL: of a text that came.';

-- Nothing that refers to a large table hinders that a month of it goes. Whoever reads such a number
-- joins, and finds no row where the month was archived.
DO $$
DECLARE
    each record;
BEGIN
    FOR each IN SELECT conrelid::regclass AS of, conname FROM pg_constraint WHERE contype = 'f'
        AND confrelid IN ('messages'::regclass, 'receipts'::regclass, 'sprints'::regclass,
                          'events'::regclass, 'access_log'::regclass, 'ussd_hops'::regclass)
    LOOP
        EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I', each.of, each.conname);
    END LOOP;
END $$;

DO $$
DECLARE
    large text;
    part record;
    key text;
    last bigint;
    made text;
BEGIN
    ALTER TABLE ussd_sessions ALTER COLUMN id DROP IDENTITY;
    SELECT coalesce(max(id), 0) + 1 INTO last FROM ussd_sessions;
    EXECUTE format('CREATE SEQUENCE ussd_sessions_id_seq START WITH %s OWNED BY ussd_sessions.id', last);
    ALTER TABLE ussd_sessions ALTER COLUMN id
        SET DEFAULT first_id(clock_timestamp()) + nextval('ussd_sessions_id_seq');

    FOREACH large IN ARRAY ARRAY['messages', 'receipts', 'sprints', 'events', 'ussd_hops', 'access_log'] LOOP
        key := CASE large WHEN 'ussd_hops' THEN 'session_id' ELSE 'id' END;
        IF key = 'id' THEN
            EXECUTE format('ALTER TABLE %I ALTER COLUMN id DROP IDENTITY', large);
            EXECUTE format('SELECT coalesce(max(id), 0) + 1 FROM %I', large) INTO last;
            EXECUTE format('CREATE SEQUENCE %I START WITH %s', large || '_id_seq', last);
            EXECUTE format('ALTER TABLE %I ALTER COLUMN id SET DEFAULT'
                           ' first_id(clock_timestamp()) + nextval(%L)', large, large || '_id_seq');
        END IF;
        EXECUTE format('ALTER TABLE %I RENAME TO %I', large, large || '_first');
        FOR part IN SELECT conname FROM pg_constraint
            WHERE conrelid = (large || '_first')::regclass AND contype IN ('p', 'u') LOOP
            EXECUTE format('ALTER TABLE %I RENAME CONSTRAINT %I TO %I', large || '_first', part.conname,
                           part.conname || '_first');
        END LOOP;
        EXECUTE format('CREATE TABLE %I (LIKE %I INCLUDING ALL EXCLUDING INDEXES EXCLUDING STATISTICS)'
                       ' PARTITION BY RANGE (%I)', large, large || '_first', key);
        EXECUTE format('COMMENT ON TABLE %I IS %L', large,
                       obj_description((large || '_first')::regclass, 'pg_class')
                       || ' Partitioned by month.');
        EXECUTE format('COMMENT ON TABLE %I IS %L', large || '_first',
                       'The rows of before there were months, and of the first month.');
        IF key = 'id' THEN
            EXECUTE format('ALTER SEQUENCE %I OWNED BY %I.id', large || '_id_seq', large);
            EXECUTE format('ALTER TABLE %I ADD PRIMARY KEY (id)', large);
        ELSE
            ALTER TABLE ussd_hops ADD PRIMARY KEY (session_id, position);
            ALTER TABLE ussd_hops ADD UNIQUE (session_id, digest);
        END IF;
        FOR part IN SELECT conname, pg_get_constraintdef(oid) AS said FROM pg_constraint
            WHERE conrelid = (large || '_first')::regclass AND contype = 'f' LOOP
            EXECUTE format('ALTER TABLE %I ADD CONSTRAINT %I %s', large, part.conname, part.said);
        END LOOP;
        -- Each index once more for all months; what was unique beside the id is in carrier_ids.
        FOR part IN SELECT c.relname AS name, pg_get_indexdef(c.oid) AS said, x.indisunique,
                           obj_description(c.oid, 'pg_class') AS comment
            FROM pg_index x JOIN pg_class c ON c.oid = x.indexrelid
            WHERE x.indrelid = (large || '_first')::regclass
              AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = c.oid) LOOP
            IF part.indisunique THEN
                EXECUTE format('DROP INDEX %I', part.name);
            ELSE
                EXECUTE format('ALTER INDEX %I RENAME TO %I', part.name, part.name || '_first');
                EXECUTE replace(part.said, ' ON public.' || large || '_first ', ' ON public.' || large || ' ');
                IF part.comment IS NOT NULL THEN
                    EXECUTE format('COMMENT ON INDEX %I IS %L', part.name, part.comment);
                END IF;
            END IF;
        END LOOP;
        FOR part IN SELECT tgname, pg_get_triggerdef(oid) AS said FROM pg_trigger
            WHERE tgrelid = (large || '_first')::regclass AND NOT tgisinternal LOOP
            EXECUTE format('DROP TRIGGER %I ON %I', part.tgname, large || '_first');
            EXECUTE replace(part.said, ' ON public.' || large || '_first ', ' ON public.' || large || ' ');
            EXECUTE format('ALTER TABLE %I ENABLE ALWAYS TRIGGER %I', large, part.tgname);
        END LOOP;
        EXECUTE format('ALTER TABLE %I ATTACH PARTITION %I FOR VALUES FROM (MINVALUE) TO (1000000000000)',
                       large, large || '_first');
        EXECUTE format('CREATE TABLE %I PARTITION OF %I DEFAULT', large || '_default', large);
        EXECUTE format('COMMENT ON TABLE %I IS %L', large || '_default',
                       'Rows of a month that has no partition yet: make_months moves them.');
    END LOOP;
END $$;

-- Its body names the table by its number, which the partition of before kept.
CREATE OR REPLACE FUNCTION had_code(whose phone, there pin, day date) RETURNS boolean
LANGUAGE sql STABLE STRICT PARALLEL SAFE
RETURN EXISTS (
    SELECT FROM messages m JOIN codes c ON c.id = m.code_id JOIN articles a ON a.id = c.article_id
    WHERE m.phone = whose AND m.direction = 'out' AND a.recipient_pin = there
      AND c.released_at < (day + 1)::timestamp AT TIME ZONE 'Asia/Kolkata'
      AND least(c.expires_at, c.used_at, c.dead_at) >= day::timestamp AT TIME ZONE 'Asia/Kolkata');

ALTER TABLE events_first DROP CONSTRAINT events_position_key_first;
CREATE INDEX events_position ON events (position) WHERE position IS NOT NULL;
COMMENT ON INDEX events_position IS
    'store/feed.py: the feed in its order. Unique by its sequence, which place_events alone uses, under a lock.';
COMMENT ON COLUMN messages.again_of IS
    'A second send: the message that it repeats. Not a foreign key: months of messages go as a whole.';
CREATE INDEX messages_again ON messages (again_of) WHERE again_of IS NOT NULL;
COMMENT ON INDEX messages_again IS
    'outbox/failover.py, outbox/claim.py: the second sends of a message.';
CREATE INDEX messages_carrier ON messages (gateway, carrier_id) WHERE direction = 'out';
COMMENT ON INDEX messages_carrier IS
    'outbox/receipts.py: the message of a receipt, by the carrier''s id.';

INSERT INTO carrier_ids (kind, gateway, carrier_id, message_id)
SELECT direction, gateway, carrier_id, CASE direction WHEN 'out' THEN id END FROM messages
WHERE gateway IS NOT NULL AND carrier_id IS NOT NULL
UNION ALL SELECT 'again', via, again_of::text, id FROM messages WHERE again_of IS NOT NULL;

CREATE FUNCTION keep_carrier_id() RETURNS trigger LANGUAGE plpgsql
    SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.carrier_id IS NOT NULL THEN
        DELETE FROM carrier_ids
        WHERE kind = 'out' AND gateway = OLD.gateway AND carrier_id = OLD.carrier_id AND message_id = OLD.id;
    END IF;
    IF NEW.carrier_id IS NOT NULL AND NEW.gateway IS NOT NULL THEN
        INSERT INTO carrier_ids (kind, gateway, carrier_id, message_id)
        VALUES ('out', NEW.gateway, NEW.carrier_id, NEW.id);
    END IF;
    IF TG_OP = 'INSERT' AND NEW.again_of IS NOT NULL THEN
        INSERT INTO carrier_ids (kind, gateway, carrier_id, message_id)
        VALUES ('again', NEW.via, NEW.again_of::text, NEW.id);
    END IF;
    RETURN NULL;
END $$;
COMMENT ON FUNCTION keep_carrier_id() IS
    'Let no carrier''s id be that of two messages, and no message go by a carrier twice, over all months.';
CREATE TRIGGER messages_once AFTER INSERT ON messages FOR EACH ROW
    WHEN (NEW.direction = 'out' AND (NEW.carrier_id IS NOT NULL OR NEW.again_of IS NOT NULL))
    EXECUTE FUNCTION keep_carrier_id();
CREATE TRIGGER messages_once_later AFTER UPDATE OF carrier_id, gateway ON messages FOR EACH ROW
    WHEN (NEW.direction = 'out' AND (OLD.carrier_id IS NOT NULL OR NEW.carrier_id IS NOT NULL)
          AND (OLD.gateway, OLD.carrier_id) IS DISTINCT FROM (NEW.gateway, NEW.carrier_id))
    EXECUTE FUNCTION keep_carrier_id();

CREATE FUNCTION make_months(ahead integer) RETURNS bigint LANGUAGE plpgsql
    SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    large text;
    key text;
    month bigint;
    partition text;
    made bigint := 0;
    moved bigint;
BEGIN
    IF ahead NOT BETWEEN 0 AND 24 THEN
        RAISE EXCEPTION 'months are made at most 24 ahead';
    END IF;
    IF NOT pg_try_advisory_xact_lock(7235005) THEN
        RETURN 0;
    END IF;
    PERFORM set_config('lock_timeout', '2s', true);
    FOREACH large IN ARRAY ARRAY['messages', 'receipts', 'sprints', 'events', 'ussd_hops', 'access_log'] LOOP
        key := CASE large WHEN 'ussd_hops' THEN 'session_id' ELSE 'id' END;
        FOR month IN EXECUTE format(
            'SELECT m FROM (SELECT generate_series(month_number(clock_timestamp()),'
            ' month_number(clock_timestamp()) + $1) UNION'
            ' SELECT %I / 1000000000000 FROM %I) AS wanted (m) WHERE m > 0 ORDER BY m',
            key, large || '_default') USING ahead
        LOOP
            partition := large || to_char(month_begins(month), '_YYYY_MM');
            CONTINUE WHEN to_regclass(format('public.%I', partition)) IS NOT NULL;
            EXECUTE format('CREATE TABLE public.%I (LIKE %I INCLUDING ALL EXCLUDING INDEXES EXCLUDING COMMENTS,'
                           ' CONSTRAINT in_month CHECK (%I >= %s AND %I < %s))', partition, large,
                           key, month * 1000000000000, key, (month + 1) * 1000000000000);
            EXECUTE format('LOCK TABLE %I IN ACCESS EXCLUSIVE MODE', large || '_default');
            EXECUTE format('WITH moved AS (DELETE FROM %I WHERE %I >= %s AND %I < %s RETURNING *)'
                           ' INSERT INTO %I SELECT * FROM moved', large || '_default',
                           key, month * 1000000000000, key, (month + 1) * 1000000000000, partition);
            GET DIAGNOSTICS moved = ROW_COUNT;
            EXECUTE format('ALTER TABLE %I ATTACH PARTITION %I FOR VALUES FROM (%s) TO (%s)', large,
                           partition, month * 1000000000000, (month + 1) * 1000000000000);
            EXECUTE format('ALTER TABLE %I DROP CONSTRAINT in_month', partition);
            made := made + 1;
        END LOOP;
    END LOOP;
    RETURN made;
END $$;
COMMENT ON FUNCTION make_months(integer) IS
    'Make the partitions of this month and of so many ahead, and of what waits in the default partitions, '
    'whose rows go to their places; return how many. With the owner''s rights: the application makes no table.';
REVOKE ALL ON FUNCTION make_months(integer) FROM PUBLIC;
SELECT make_months(3);
