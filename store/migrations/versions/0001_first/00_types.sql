-- Types and the guard that several rooms use. All times are aware and stored in UTC.

CREATE DOMAIN phone AS text CHECK (VALUE ~ '^\+[1-9][0-9]{6,14}$');
COMMENT ON DOMAIN phone IS 'A telephone number in E.164: plus sign, country code, subscriber.';

CREATE DOMAIN pin AS text CHECK (VALUE ~ '^[1-9][0-9]{5}$');
COMMENT ON DOMAIN pin IS 'An Indian postal index number: six digits, the first not 0.';

CREATE DOMAIN language AS text CHECK (VALUE IN ('hi', 'hi-Latn', 'en'));
COMMENT ON DOMAIN language IS 'Hindi, Hindi in Latin letters, or English.';

CREATE FUNCTION append_only() RETURNS trigger LANGUAGE plpgsql AS $$
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
COMMENT ON FUNCTION append_only() IS
    'Refuse to change or delete a row of an append-only table. Two exceptions: an event receives its '
    'position in the feed once, and a transaction that sets dakiya.anonymising removes personal data.';
