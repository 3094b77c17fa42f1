-- Append-only by rights alone (store/rights.py): no trigger, and no setting that switches it off.

DROP TRIGGER sprints_append_only ON sprints;
DROP TRIGGER events_append_only ON events;
DROP TRIGGER ticket_notes_append_only ON ticket_notes;
DROP TRIGGER access_log_append_only ON access_log;
DROP TRIGGER ledger_append_only ON ledger;
DROP TRIGGER receipt_prints_append_only ON receipt_prints;
DROP TRIGGER check_ins_append_only ON check_ins;
DROP TRIGGER cod_handings_append_only ON cod_handings;
DROP TRIGGER list_closings_append_only ON list_closings;
DROP TRIGGER office_closings_append_only ON office_closings;
DROP FUNCTION append_only();

-- The application may not change an event, not even to give it its place in the feed: this may.
CREATE FUNCTION place_events(most integer) RETURNS void LANGUAGE sql
    SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    -- Materialized: as a join's inner side it would be evaluated again for each event.
    WITH placed AS MATERIALIZED (
        SELECT id, nextval('event_positions') AS position
        FROM (SELECT id FROM events WHERE position IS NULL ORDER BY id LIMIT most) AS unplaced
    )
    UPDATE events SET position = placed.position FROM placed
    WHERE events.id = placed.id AND events.position IS NULL
$$;
REVOKE ALL ON FUNCTION place_events(integer) FROM PUBLIC;
COMMENT ON FUNCTION place_events(integer) IS
    'Give events without a place in the feed their positions, in the order of their ids. It runs with '
    'the owner''s rights, because the application may change no event.';

-- Whoever reads a person's data is written down: staff, software by its token, or an operator.
ALTER TABLE access_log ALTER COLUMN staff_id DROP NOT NULL;
ALTER TABLE access_log ADD COLUMN token_id bigint REFERENCES tokens;
ALTER TABLE access_log ADD COLUMN operator text CHECK (operator <> '' AND length(operator) <= 64);
ALTER TABLE access_log ADD COLUMN shown integer CHECK (shown >= 0);
ALTER TABLE access_log ADD CONSTRAINT access_log_has_a_reader
    CHECK ((operator IS NULL) = (staff_id IS NOT NULL OR token_id IS NOT NULL));
COMMENT ON COLUMN access_log.staff_id IS
    'The member of staff who looked; with token_id: whom the software names.';
COMMENT ON COLUMN access_log.token_id IS 'The software that looked.';
COMMENT ON COLUMN access_log.operator IS 'The account at the server of whoever gave the command.';
COMMENT ON COLUMN access_log.shown IS
    'How many people a list showed. One line for the whole list; NULL: one person.';
COMMENT ON COLUMN access_log.reason IS
    'The ticket, else the page, call or command; and what was searched for, without telephones.';
CREATE INDEX access_log_token ON access_log (token_id, id) WHERE token_id IS NOT NULL;
CREATE INDEX access_log_article ON access_log (article_id, id) WHERE article_id IS NOT NULL;

COMMENT ON TABLE token_calls IS
    'postal/people: What a token changed: every call that was not refused and not a GET. Append-only.';
