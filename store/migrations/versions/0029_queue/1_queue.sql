-- outbox: what is still to be sent, apart from what is kept. Whoever looked for it by the state of a
-- message needed indexes on that state, so that each change of it was a new version in every index.

CREATE TABLE outbox (
    channel    text NOT NULL,
    lane       text NOT NULL,
    due        timestamptz NOT NULL,
    message_id bigint NOT NULL,
    held_until timestamptz,
    confirm_by timestamptz,
    PRIMARY KEY (channel, lane, due, message_id)
) WITH (fillfactor = 70, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000,
        autovacuum_analyze_scale_factor = 0, autovacuum_analyze_threshold = 20000);
COMMENT ON TABLE outbox IS
    'outbox: The messages that are still to be sent, are being sent, are in doubt, or wait for a '
    'confirmation: how to find them. Written by the triggers of messages, which holds everything else; '
    'whoever finds a row here locks its message and looks again there.';
COMMENT ON COLUMN outbox.due IS 'messages.next_attempt_at.';
COMMENT ON COLUMN outbox.message_id IS 'Not a foreign key: months of messages go as a whole.';
COMMENT ON COLUMN outbox.held_until IS
    'NULL: it is claimed when it is due. Otherwise a worker has it until then; infinity: it has gone out, '
    'or failed, and only its confirmation is awaited.';
COMMENT ON COLUMN outbox.confirm_by IS 'As in messages.';
CREATE INDEX outbox_unconfirmed ON outbox (confirm_by) WHERE confirm_by IS NOT NULL;
COMMENT ON INDEX outbox_unconfirmed IS 'outbox/failover.py: codes of which no receipt came in time.';

-- Row by row: its key is the message's own, so no second index is needed to find it. The message is
-- locked whenever this runs, and always before the row here.
CREATE FUNCTION keep_outbox() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    held timestamptz := CASE WHEN NEW.status = 'sending' THEN NEW.leased_until
                             WHEN NEW.status IN ('sent', 'failed') THEN 'infinity' END;
    wanted boolean := NEW.status IN ('queued', 'sending', 'unknown')
        OR NEW.status IN ('sent', 'failed') AND NEW.confirm_by IS NOT NULL;
BEGIN
    IF TG_OP = 'UPDATE' THEN
        IF wanted THEN
            UPDATE public.outbox SET channel = NEW.channel, lane = NEW.lane, due = NEW.next_attempt_at,
                held_until = held, confirm_by = NEW.confirm_by
            WHERE channel = OLD.channel AND lane = OLD.lane AND due = OLD.next_attempt_at
                  AND message_id = OLD.id;
        ELSE
            DELETE FROM public.outbox
            WHERE channel = OLD.channel AND lane = OLD.lane AND due = OLD.next_attempt_at
                  AND message_id = OLD.id;
        END IF;
        IF FOUND OR NOT wanted THEN
            RETURN NULL;
        END IF;
    END IF;
    INSERT INTO public.outbox (channel, lane, due, message_id, held_until, confirm_by)
    VALUES (NEW.channel, NEW.lane, NEW.next_attempt_at, NEW.id, held, NEW.confirm_by);
    RETURN NULL;
END $$;
COMMENT ON FUNCTION keep_outbox() IS 'Keep a row of the outbox for each message that is not over.';
CREATE TRIGGER messages_wait AFTER INSERT ON messages FOR EACH ROW
    WHEN (NEW.direction = 'out' AND (NEW.status IN ('queued', 'sending', 'unknown')
          OR NEW.status IN ('sent', 'failed') AND NEW.confirm_by IS NOT NULL))
    EXECUTE FUNCTION keep_outbox();
CREATE TRIGGER messages_wait_on
    AFTER UPDATE OF status, channel, lane, next_attempt_at, leased_until, confirm_by ON messages FOR EACH ROW
    WHEN (NEW.direction = 'out'
          AND (OLD.status IN ('queued', 'sending', 'unknown') OR OLD.confirm_by IS NOT NULL
               OR NEW.status IN ('queued', 'sending', 'unknown') OR NEW.confirm_by IS NOT NULL)
          AND (OLD.status, OLD.channel, OLD.lane, OLD.next_attempt_at, OLD.leased_until, OLD.confirm_by)
              IS DISTINCT FROM
              (NEW.status, NEW.channel, NEW.lane, NEW.next_attempt_at, NEW.leased_until, NEW.confirm_by))
    EXECUTE FUNCTION keep_outbox();

INSERT INTO outbox (channel, lane, due, message_id, held_until, confirm_by)
SELECT channel, lane, next_attempt_at, id,
       CASE WHEN status = 'sending' THEN leased_until
            WHEN status IN ('sent', 'failed') THEN 'infinity' END, confirm_by
FROM messages
WHERE direction = 'out' AND (status IN ('queued', 'unknown') OR status = 'sending'
      OR confirm_by IS NOT NULL AND status IN ('sent', 'failed'));

-- No index names what changes while a message is sent, nor does a predicate: its next version is
-- written where the last one stands (HOT), in no index, as long as its page has room.
DROP INDEX messages_due, messages_leased, messages_unconfirmed, messages_carrier, messages_unreadable;
CREATE INDEX messages_nameless ON messages (id) WHERE phone IS NULL;
COMMENT ON INDEX messages_nameless IS
    'postal/desk/timeline.py: texts that named no sender, the newest first; nearly none.';
