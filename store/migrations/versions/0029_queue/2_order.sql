-- outbox: in months to come the columns that change while a message is sent stand last, so that the log
-- holds what changed of a new version and not the words between. A month that has rows stays as it is.

SELECT make_months(3);
DO $$
DECLARE
    changing CONSTANT text[] := ARRAY['first_tried_at', 'leased_until', 'sent_at', 'delivered_at', 'confirm_by',
        'leased_by', 'attempts', 'lease', 'status', 'gateway', 'carrier_id', 'error', 'given', 'spoken_call'];
    eights CONSTANT text[] := ARRAY['int8', 'timestamptz'];
    part record;
    has_rows boolean;
    columns text;
BEGIN
    FOR part IN SELECT c.oid, c.relname AS name, pg_get_expr(c.relpartbound, c.oid) AS bound,
                       obj_description(c.oid, 'pg_class') AS comment
                FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
                WHERE i.inhparent = 'messages'::regclass ORDER BY c.relname LOOP
        EXECUTE format('SELECT EXISTS (SELECT FROM %I)', part.name) INTO has_rows;
        IF has_rows THEN
            EXECUTE format('ALTER TABLE %I SET (fillfactor = 70)', part.name);
            CONTINUE;
        END IF;
        SELECT string_agg(format('%I %s%s%s', attname, format_type(atttypid, atttypmod),
                                 CASE WHEN attnotnull THEN ' NOT NULL' ELSE '' END,
                                 coalesce(' DEFAULT ' || pg_get_expr(adbin, adrelid), '')), ', '
                          ORDER BY coalesce(array_position(changing, attname::text), 0),
                                   CASE WHEN typname = ANY (eights) THEN 0 WHEN typname = 'int2' THEN 1 ELSE 2 END,
                                   attnum) INTO columns
        FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid
             LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
        WHERE attrelid = 'messages'::regclass AND attnum > 0 AND NOT attisdropped;
        SELECT columns || string_agg(format(', CONSTRAINT %I %s', conname, pg_get_constraintdef(oid)), '' ORDER BY conname)
            INTO columns
        FROM pg_constraint WHERE conrelid = 'messages'::regclass AND contype = 'c';
        EXECUTE format('ALTER TABLE messages DETACH PARTITION %I', part.name);
        EXECUTE format('DROP TABLE %I', part.name);
        EXECUTE format('CREATE TABLE %I (%s) WITH (fillfactor = 70)', part.name, columns);
        EXECUTE format('ALTER TABLE messages ATTACH PARTITION %I %s', part.name, part.bound);
        IF part.comment IS NOT NULL THEN
            EXECUTE format('COMMENT ON TABLE %I IS %L', part.name, part.comment);
        END IF;
    END LOOP;
END $$;

-- As before, but a partition is made like the default one, whose columns stand in that order.
CREATE OR REPLACE FUNCTION make_months(ahead integer) RETURNS bigint LANGUAGE plpgsql
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
                           ' CONSTRAINT in_month CHECK (%I >= %s AND %I < %s)) WITH (fillfactor = %s)', partition,
                           large || '_default', key, month * 1000000000000, key, (month + 1) * 1000000000000,
                           CASE large WHEN 'messages' THEN 70 ELSE 100 END);
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
