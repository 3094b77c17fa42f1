-- postal: what the help desk finds articles, staff and offices by.

ALTER TABLE articles ADD COLUMN sought tsvector;
ALTER TABLE staff ADD COLUMN sought tsvector;
ALTER TABLE offices ADD COLUMN sought tsvector;
COMMENT ON COLUMN articles.sought IS
    'What it is found by: how its names sound (n…), parts of its number (#…) and of its telephones (+…). '
    'NULL: not read yet, or changed since; postal/sought.py reads it within a second.';
COMMENT ON COLUMN staff.sought IS 'How the name sounds (n…). NULL: not read yet.';
COMMENT ON COLUMN offices.sought IS 'How the name sounds (n…). NULL: not read yet.';
CREATE INDEX articles_sought ON articles USING gin (sought);
CREATE INDEX staff_sought ON staff USING gin (sought);
CREATE INDEX offices_sought ON offices USING gin (sought);
CREATE INDEX articles_unsought ON articles (id) WHERE sought IS NULL;
CREATE INDEX staff_unsought ON staff (id) WHERE sought IS NULL;
CREATE INDEX offices_unsought ON offices (id) WHERE sought IS NULL;
CREATE INDEX articles_number_begins ON articles (number text_pattern_ops);

-- Whoever changes or removes a name need not know of it: nothing is found by what is gone.
CREATE FUNCTION unsought() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.sought := NULL;
    RETURN NEW;
END $$;
COMMENT ON FUNCTION unsought() IS 'postal: Forget what a changed row was found by; it is read again.';
CREATE TRIGGER articles_unsought BEFORE UPDATE ON articles FOR EACH ROW
    WHEN ((OLD.recipient_name, OLD.sender_name, OLD.recipient_phone, OLD.sender_phone)
          IS DISTINCT FROM (NEW.recipient_name, NEW.sender_name, NEW.recipient_phone, NEW.sender_phone))
    EXECUTE FUNCTION unsought();
CREATE TRIGGER staff_unsought BEFORE UPDATE ON staff FOR EACH ROW
    WHEN (OLD.name IS DISTINCT FROM NEW.name) EXECUTE FUNCTION unsought();
CREATE TRIGGER offices_unsought BEFORE UPDATE ON offices FOR EACH ROW
    WHEN (OLD.name IS DISTINCT FROM NEW.name) EXECUTE FUNCTION unsought();

-- outbox, postal/desk: texts that came and notes, by their words.
CREATE INDEX messages_words ON messages USING gin (to_tsvector('simple', alike(body)))
    WHERE direction = 'in';
COMMENT ON INDEX messages_words IS 'What people wrote, by its words; what we sent is all alike.';
CREATE INDEX ticket_notes_words ON ticket_notes USING gin (to_tsvector('simple', alike(said)));
