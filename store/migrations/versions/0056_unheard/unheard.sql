-- outbox: what protects somebody is looked after until it was heard, or a person knows that it was not.
CREATE TABLE alarms_watched (
    article_id bigint PRIMARY KEY,
    since      timestamptz NOT NULL,
    due        timestamptz NOT NULL
);
COMMENT ON TABLE alarms_watched IS
    'outbox: Articles about which an alarm that protects is under way. A row goes when its telephone was told, or a ticket says that it was not; it names no person.';
COMMENT ON COLUMN alarms_watched.since IS 'When the first of these alarms was queued.';
COMMENT ON COLUMN alarms_watched.due IS 'When what became of them is looked at next.';
CREATE INDEX alarms_watched_due ON alarms_watched (due);
COMMENT ON INDEX alarms_watched_due IS 'outbox/unheard.py: the articles to be looked at now.';

-- postal/desk: tickets about alarms that reached nobody. Not validated: it admits all that it did before.
ALTER TABLE tickets DROP CONSTRAINT tickets_kind_check;
ALTER TABLE tickets ADD CONSTRAINT tickets_kind_check CHECK (kind IN
    ('person', 'fraud', 'contested', 'not_received', 'late_handover', 'wrong_number',
     'overlooked', 'unparsed', 'move', 'unproven', 'herd', 'paper', 'signed', 'exception',
     'offline', 'untold')) NOT VALID;
