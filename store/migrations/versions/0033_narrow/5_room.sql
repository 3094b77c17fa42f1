-- outbox: texts of one minute are claimed and settled together, so a page needs room for the next version of
-- each of its rows: half of it. With 70 in 100 filled one version in eight was written in every index, which
-- took more than the room that it spared. Rows that are there stay where they are.

DO $$
DECLARE
    part regclass;
BEGIN
    FOR part IN SELECT inhrelid FROM pg_inherits WHERE inhparent = 'messages'::regclass LOOP
        EXECUTE format('ALTER TABLE %s SET (fillfactor = 50)', part);
    END LOOP;
END $$;

-- As before, but for that number.
CREATE OR REPLACE FUNCTION month_settings(large text) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE large
        WHEN 'messages' THEN 'fillfactor = 50, autovacuum_vacuum_scale_factor = 0.05,'
            ' autovacuum_vacuum_threshold = 5000, autovacuum_analyze_scale_factor = 0.05'
        ELSE 'fillfactor = 100, autovacuum_freeze_min_age = 0, autovacuum_vacuum_insert_scale_factor = 0.1,'
            ' autovacuum_vacuum_insert_threshold = 10000, autovacuum_analyze_scale_factor = 0.05'
    END
$$;
