-- postal: no index of articles names what changes on the usual way, from booking to handover, nor does a
-- predicate: the next version is written where the last one stands (HOT), in no index, as long as its page
-- has room. What an office asks for by state is rare and stands apart.

CREATE TABLE articles_aside (
    why           text NOT NULL,
    recipient_pin pin NOT NULL,
    article_id    bigint NOT NULL,
    PRIMARY KEY (why, recipient_pin, article_id),
    CHECK (why IN ('held', 'back', 'marked'))
);
COMMENT ON TABLE articles_aside IS
    'postal: The articles that left the usual way: how an office finds them. Written by the triggers of '
    'articles, which hold everything else; whoever finds a row here looks again there.';
COMMENT ON COLUMN articles_aside.why IS
    'held: attempted, or at the office; back: returned or recalled; marked: not over, and fraud was reported, '
    'or it is to go elsewhere.';
COMMENT ON COLUMN articles_aside.article_id IS 'Not a foreign key: its article writes it, and is never deleted.';

CREATE FUNCTION keep_aside() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    marked boolean := NEW.state IN ('booked', 'out_for_delivery', 'attempted', 'at_office')
        AND (NEW.door_only OR NEW.move_asked_at IS NOT NULL OR NEW.disputed_at IS NOT NULL
             OR NEW.recall_asked_at IS NOT NULL);
    wanted text[] := array_remove(ARRAY[
        CASE WHEN NEW.state IN ('attempted', 'at_office') THEN 'held'
             WHEN NEW.state IN ('returned', 'recalled') THEN 'back' END,
        CASE WHEN marked THEN 'marked' END], NULL);
BEGIN
    IF TG_OP = 'UPDATE' THEN
        DELETE FROM public.articles_aside
        WHERE why IN ('held', 'back', 'marked') AND recipient_pin = OLD.recipient_pin AND article_id = NEW.id
              AND (why <> ALL (wanted) OR OLD.recipient_pin <> NEW.recipient_pin);
    END IF;
    INSERT INTO public.articles_aside (why, recipient_pin, article_id)
    SELECT why, NEW.recipient_pin, NEW.id FROM unnest(wanted) AS why
    ON CONFLICT DO NOTHING;
    RETURN NULL;
END $$;
COMMENT ON FUNCTION keep_aside() IS 'Keep the rows of articles_aside for an article that left the usual way.';
CREATE TRIGGER articles_aside AFTER INSERT ON articles FOR EACH ROW
    WHEN (NEW.state NOT IN ('booked', 'out_for_delivery', 'delivered')
          OR NEW.door_only OR NEW.move_asked_at IS NOT NULL OR NEW.disputed_at IS NOT NULL
          OR NEW.recall_asked_at IS NOT NULL)
    EXECUTE FUNCTION keep_aside();
CREATE TRIGGER articles_aside_later
    AFTER UPDATE OF state, recipient_pin, door_only, move_asked_at, disputed_at, recall_asked_at ON articles
    FOR EACH ROW
    WHEN ((OLD.state NOT IN ('booked', 'out_for_delivery', 'delivered')
           OR NEW.state NOT IN ('booked', 'out_for_delivery', 'delivered')
           OR OLD.door_only OR NEW.door_only
           OR OLD.move_asked_at IS NOT NULL OR NEW.move_asked_at IS NOT NULL
           OR OLD.disputed_at IS NOT NULL OR NEW.disputed_at IS NOT NULL
           OR OLD.recall_asked_at IS NOT NULL OR NEW.recall_asked_at IS NOT NULL)
          AND (OLD.state, OLD.recipient_pin, OLD.door_only, OLD.move_asked_at IS NULL, OLD.disputed_at IS NULL,
               OLD.recall_asked_at IS NULL)
              IS DISTINCT FROM
              (NEW.state, NEW.recipient_pin, NEW.door_only, NEW.move_asked_at IS NULL, NEW.disputed_at IS NULL,
               NEW.recall_asked_at IS NULL))
    EXECUTE FUNCTION keep_aside();

-- By the indexes of before, one after the other.
INSERT INTO articles_aside SELECT 'held', recipient_pin, id FROM articles WHERE state IN ('attempted', 'at_office');
INSERT INTO articles_aside SELECT 'back', recipient_pin, id FROM articles WHERE state IN ('returned', 'recalled');
INSERT INTO articles_aside SELECT 'marked', recipient_pin, id FROM articles
WHERE state IN ('booked', 'out_for_delivery', 'attempted', 'at_office')
      AND (door_only OR move_asked_at IS NOT NULL OR disputed_at IS NOT NULL OR recall_asked_at IS NOT NULL);

DROP INDEX articles_undelivered, articles_going_back, articles_marked, articles_unpurged, articles_recipient,
    articles_booked;
COMMENT ON INDEX articles_received IS
    'postal/article_rows.py, postal/people/contacts.py: the articles of a recipient, which are few.';
COMMENT ON INDEX articles_unpurged_since IS
    'postal/privacy/retention.py: articles whose people are still named, the oldest first.';
COMMENT ON INDEX articles_of_pin IS 'postal/herd.py: the articles of a PIN that are out.';
COMMENT ON INDEX articles_booked_at IS 'postal/desk/today.py: what was booked on a day.';
COMMENT ON INDEX articles_sender IS 'postal/facts.py, postal/people/contacts.py: the articles of a sender.';
COMMENT ON INDEX articles_sought IS
    'postal/desk/search.py: names by their sound, parts of numbers and of telephones. Written once, when it is booked.';
COMMENT ON INDEX articles_unsought IS 'postal/sought.py: rows that were not read yet; nearly none.';
COMMENT ON INDEX articles_number_begins IS 'postal/desk/search.py: how a number begins.';
COMMENT ON INDEX articles_hint IS 'postal/privacy/forget.py: a text is removed without reading all articles.';
ALTER TABLE articles SET (fillfactor = 70);
