-- store, outbox: when autovacuum looks at a table, measured for an hour: bench/README.md, "An hour of
-- autovacuum". What a setting of today says of the months is said to those to come by make_months.

CREATE FUNCTION month_settings(large text) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE large
        -- Changed three or four times while it is sent, mostly in place; then for months by nobody.
        WHEN 'messages' THEN 'fillfactor = 70, autovacuum_vacuum_scale_factor = 0.05,'
            ' autovacuum_vacuum_threshold = 5000, autovacuum_analyze_scale_factor = 0.05'
        -- Only added to: frozen when it is first looked at, so that no page is written a second time.
        ELSE 'fillfactor = 100, autovacuum_freeze_min_age = 0, autovacuum_vacuum_insert_scale_factor = 0.1,'
            ' autovacuum_vacuum_insert_threshold = 10000, autovacuum_analyze_scale_factor = 0.05'
    END
$$;
COMMENT ON FUNCTION month_settings(text) IS
    'The storage parameters of a month of that large table.';

-- Rows that live for seconds, in tables that are small when all is well: by number, not by share, and
-- without pauses, as there is nothing to spare between.
ALTER TABLE outbox SET (autovacuum_vacuum_cost_delay = 0);
ALTER TABLE timers SET (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000,
    autovacuum_vacuum_cost_delay = 0);
ALTER TABLE waiting_texts SET (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 500,
    autovacuum_vacuum_cost_delay = 0);
-- One row of each process, renewed every second on its page.
ALTER TABLE worker_leases SET (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000);
-- Rows of years, of which those of today change.
ALTER TABLE conversations SET (autovacuum_analyze_scale_factor = 0.02);
ALTER TABLE delivery_items SET (autovacuum_analyze_scale_factor = 0.02);
ALTER TABLE codes SET (autovacuum_analyze_scale_factor = 0.02);
ALTER TABLE carrier_ids SET (autovacuum_vacuum_scale_factor = 0.05, autovacuum_analyze_scale_factor = 0.05);

DO $$
DECLARE
    part record;
BEGIN
    FOR part IN SELECT i.inhparent::regclass::text AS large, i.inhrelid::regclass AS name FROM pg_inherits i
        WHERE i.inhparent IN ('messages'::regclass, 'receipts'::regclass, 'sprints'::regclass,
                              'events'::regclass, 'ussd_hops'::regclass, 'access_log'::regclass) LOOP
        EXECUTE format('ALTER TABLE %s SET (%s)', part.name, month_settings(part.large));
    END LOOP;
END $$;

-- As before, but a partition has the settings of its table, and that of before the months is made again where
-- it was dropped and rows of then come (a clock that stands wrong).
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
            ' SELECT %I / 1000000000000 FROM %I) AS wanted (m) ORDER BY m',
            key, large || '_default') USING ahead
        LOOP
            partition := large || CASE month WHEN 0 THEN '_first' ELSE to_char(month_begins(month), '_YYYY_MM') END;
            CONTINUE WHEN to_regclass(format('public.%I', partition)) IS NOT NULL;
            EXECUTE format('CREATE TABLE public.%I (LIKE %I INCLUDING ALL EXCLUDING INDEXES EXCLUDING COMMENTS,'
                           ' CONSTRAINT in_month CHECK (%I >= %s AND %I < %s)) WITH (%s)', partition,
                           large || '_default', key, month * 1000000000000, key, (month + 1) * 1000000000000,
                           month_settings(large));
            EXECUTE format('LOCK TABLE %I IN ACCESS EXCLUSIVE MODE', large || '_default');
            EXECUTE format('WITH moved AS (DELETE FROM %I WHERE %I >= %s AND %I < %s RETURNING *)'
                           ' INSERT INTO %I SELECT * FROM moved', large || '_default',
                           key, month * 1000000000000, key, (month + 1) * 1000000000000, partition);
            GET DIAGNOSTICS moved = ROW_COUNT;
            EXECUTE format('ALTER TABLE %I ATTACH PARTITION %I FOR VALUES FROM (%s) TO (%s)', large,
                           partition, CASE month WHEN 0 THEN 'MINVALUE' ELSE (month * 1000000000000)::text END,
                           (month + 1) * 1000000000000);
            EXECUTE format('ALTER TABLE %I DROP CONSTRAINT in_month', partition);
            made := made + 1;
        END LOOP;
    END LOOP;
    RETURN made;
END $$;
