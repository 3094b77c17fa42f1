-- What is kept how long: bodies go after their time, what happened stays.
ALTER TABLE messages ADD COLUMN purged_at timestamptz;      -- its words are gone
ALTER TABLE ussd_sessions ADD COLUMN purged_at timestamptz;
CREATE INDEX articles_unpurged ON articles (updated_at)
    WHERE recipient_name <> '' AND state IN ('delivered', 'returned', 'recalled');

-- How far each purge has come: a row is looked at once, however often it runs.
CREATE TABLE purges (
    kind     text PRIMARY KEY,
    upto     bigint NOT NULL
);

-- What is append-only stays so, but for whoever anonymises (postal/privacy/retention.py, postal/privacy/forget.py).
CREATE OR REPLACE FUNCTION append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND TG_TABLE_NAME = 'events' THEN
        IF OLD.position IS NULL AND (to_jsonb(OLD) - 'position') = (to_jsonb(NEW) - 'position') THEN
            RETURN NEW;
        END IF;
    END IF;
    IF current_setting('dakiya.anonymising', true) = 'on' THEN
        RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
    END IF;
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME;
END $$;
