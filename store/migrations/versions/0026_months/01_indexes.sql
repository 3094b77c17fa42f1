-- outbox, store, postal/people: each index of a large table has a query that needs it, and says which.

DROP INDEX messages_phone, messages_in_at;  -- messages_timeline begins with the same
DROP INDEX messages_article;
CREATE INDEX messages_article ON messages (article_id) WHERE article_id IS NOT NULL;
DROP INDEX sprints_message;
CREATE INDEX sprints_message ON sprints (message_id) WHERE message_id IS NOT NULL;

COMMENT ON INDEX messages_again_at IS
    'outbox/failover.py: how many second sends there were in place of a carrier within the hour.';
COMMENT ON INDEX messages_again_once IS
    'outbox/failover.py: a message goes by each carrier once; and the second sends of a message.';
COMMENT ON INDEX messages_article IS
    'postal/desk/story.py, outbox/alarms.py, postal/quotes.py: the texts about an article, a dozen, which are sorted then.';
COMMENT ON INDEX messages_at IS
    'postal/desk/figures.py, postal/privacy/retention.py: the texts of a day. A hundred bytes for a thousand pages.';
COMMENT ON INDEX messages_due IS
    'outbox/claim.py: the worker claims what is due, by channel and lane.';
COMMENT ON INDEX messages_in_once IS
    'store/inbound.py: a text that the carrier delivers twice is processed once.';
COMMENT ON INDEX messages_leased IS
    'outbox/sweep.py: what a worker claimed and did not send in time.';
COMMENT ON INDEX messages_out_once IS
    'outbox/receipts.py: the message of a receipt, by the carrier''s id; no carrier gives one id to two.';
COMMENT ON INDEX messages_timeline IS
    'postal/desk/timeline_keys.py, store/inbound.py, outbox/reach.py: a telephone''s texts by time, and what it wrote last.';
COMMENT ON INDEX messages_unconfirmed IS
    'outbox/failover.py: codes of which no receipt came in time.';
COMMENT ON INDEX messages_unreadable IS
    'postal/desk/timeline.py: unreadable texts, the newest first; nearly none.';
COMMENT ON INDEX messages_words IS
    'postal/desk/by_words.py: what people wrote, by its words; what we sent is all alike.';
COMMENT ON INDEX receipts_at IS
    'postal/desk/carrier_figures.py: the receipts of a day.';
COMMENT ON INDEX receipts_carrier IS
    'outbox/receipts.py: receipts that came before the carrier''s id was known; whether one is a repeat.';
COMMENT ON INDEX receipts_message IS
    'postal/desk/timeline.py: the receipts of a text.';
COMMENT ON INDEX sprints_at IS
    'postal/desk/sprints.py: sprints are replayed by period.';
COMMENT ON INDEX sprints_conversation IS
    'postal/desk/timeline_keys.py, postal/desk/story.py: a conversation''s sprints by time; a postman has tens of thousands.';
COMMENT ON INDEX sprints_day IS
    'store/chains/rows.py: the rows of a day in the order of their ids, to be sealed and verified.';
COMMENT ON INDEX sprints_message IS
    'store/inbound.py, postal/desk/misread.py: what was decided on a text. A time limit has none.';
COMMENT ON INDEX events_article IS
    'postal/articles.py, postal/certificate.py, postal/facts.py: what happened to an article, in order.';
COMMENT ON INDEX events_day IS
    'store/chains/rows.py: the rows of a day in the order of their ids, to be sealed and verified.';
COMMENT ON INDEX events_of_carriers IS
    'postal/desk/carrier_figures.py: the help desk''s page of carriers.';
COMMENT ON INDEX events_unplaced IS
    'store/feed.py: events that have no place in the feed yet.';
COMMENT ON INDEX access_log_article IS
    'postal/people/access.py: whether this article was looked at a moment ago.';
COMMENT ON INDEX access_log_at IS
    'postal/people/log_reading.py, postal/privacy/retention.py: lines of a period; the oldest, to be removed.';
COMMENT ON INDEX access_log_day IS
    'store/chains/rows.py: the rows of a day in the order of their ids, to be sealed and verified.';
COMMENT ON INDEX access_log_phone IS
    'postal/people/access.py, postal/privacy/personal.py: who looked at a telephone.';
COMMENT ON INDEX access_log_staff IS
    'postal/people/access.py, postal/people/log_reading.py: what one of the staff looked at.';
COMMENT ON INDEX access_log_token IS
    'postal/people/access.py: what a token looked at.';

-- References between large tables: each row that is written locks the row it names (a WAL record and
-- a query of its own), and none of them lets a month go while another names it. What they guarded is
-- written in one transaction by one function each (store/conversations.py, store/inbound.py,
-- outbox/receipts.py, outbox/failover.py), and none of these rows is ever deleted alone.
DO $$
DECLARE
    each record;
BEGIN
    FOR each IN SELECT conrelid::regclass AS of, conname FROM pg_constraint WHERE contype = 'f'
        AND confrelid IN ('messages'::regclass, 'sprints'::regclass)
        AND conrelid IN ('messages'::regclass, 'sprints'::regclass, 'receipts'::regclass, 'timers'::regclass)
    LOOP
        EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I', each.of, each.conname);
    END LOOP;
END $$;
COMMENT ON COLUMN receipts.message_id IS
    'NULL: no message has this carrier_id yet. A receipt may overtake the answer to the send. Not a '
    'foreign key: months of messages go as a whole.';
COMMENT ON COLUMN sprints.message_id IS
    'The text that began the turn. NULL: an API request or a time limit began it. Not a foreign key: '
    'months of messages go as a whole.';

-- A conversation's row is replaced by every sprint and no index names what changes: its next version
-- finds room on the same page (HOT). Where an index names the state (messages, articles) room would
-- only make the table larger: measured, see bench/README.md.
ALTER TABLE conversations SET (fillfactor = 80, autovacuum_vacuum_scale_factor = 0.02,
    autovacuum_vacuum_threshold = 2000);
ALTER TABLE articles SET (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 2000,
    autovacuum_analyze_scale_factor = 0.02);
ALTER TABLE delivery_items SET (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 2000);
ALTER TABLE codes SET (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 2000);
ALTER TABLE timers SET (autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_threshold = 500);
