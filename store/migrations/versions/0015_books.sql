-- How a counter day ended. What was expected is kept as it was at the close: later corrections are
-- entries of their own and change no figure that somebody signed.
ALTER TABLE counter_days
    ADD COLUMN expected_paise bigint,
    ADD COLUMN counted_as text,                    -- the notes and coins: "500x12 100x3"
    ADD COLUMN closed_by bigint REFERENCES staff;
ALTER TABLE counter_days
    ADD CHECK ((closed_at IS NULL) = (expected_paise IS NULL)),
    ADD CHECK ((closed_at IS NULL) = (closed_by IS NULL)),
    ADD CHECK (counted_paise = expected_paise OR explanation IS NOT NULL);

-- The last resort: a closed counter takes no booking and no entry but a correction. The lock waits
-- for whoever closes it just now.
CREATE FUNCTION counter_is_open() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.counter_day_id IS NOT NULL THEN
        PERFORM 1 FROM counter_days WHERE id = NEW.counter_day_id AND closed_at IS NULL FOR KEY SHARE;
        IF NOT FOUND THEN
            RAISE EXCEPTION 'counter day % is closed', NEW.counter_day_id USING ERRCODE = 'DK001';
        END IF;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER booking_groups_while_open BEFORE INSERT ON booking_groups
    FOR EACH ROW EXECUTE FUNCTION counter_is_open();
CREATE TRIGGER ledger_while_open BEFORE INSERT ON ledger
    FOR EACH ROW WHEN (NEW.kind <> 'correction') EXECUTE FUNCTION counter_is_open();

-- A form sent twice corrects once, and hands over once.
ALTER TABLE ledger ADD COLUMN once uuid UNIQUE;
