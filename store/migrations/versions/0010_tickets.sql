-- Tickets that people work on, and what the help desk may do.
ALTER TABLE tickets DROP CONSTRAINT tickets_kind_check;
ALTER TABLE tickets ADD CONSTRAINT tickets_kind_check CHECK (kind IN
    ('person', 'fraud', 'contested', 'not_received', 'late_handover', 'wrong_number',
     'overlooked', 'unparsed'));
ALTER TABLE tickets
    ADD COLUMN assigned_to bigint REFERENCES staff,
    ADD COLUMN outcome text CHECK (outcome IN
        ('explained', 'corrected', 'brought_again', 'upheld', 'not_upheld', 'unreached',
         'nothing_to_do')),
    -- 1: somebody may lose money or a passport now · 2: somebody waits · 3: whenever there is time
    ADD COLUMN priority smallint GENERATED ALWAYS AS (CASE
        WHEN kind IN ('fraud', 'not_received', 'late_handover') THEN 1
        WHEN kind IN ('overlooked', 'unparsed') THEN 3 ELSE 2 END) STORED;
ALTER TABLE tickets ADD CHECK ((closed_at IS NULL) = (outcome IS NULL)) NOT VALID;
DROP INDEX tickets_open;
CREATE INDEX tickets_open ON tickets (priority, at, id) WHERE closed_at IS NULL;
CREATE INDEX tickets_article ON tickets (article_id) WHERE article_id IS NOT NULL;
CREATE INDEX tickets_closed ON tickets (closed_at) WHERE closed_at IS NOT NULL;

-- What became of a ticket, by whom. Append-only.
CREATE TABLE ticket_notes (
    id       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    ticket_id bigint NOT NULL REFERENCES tickets,
    staff_id bigint NOT NULL REFERENCES staff,
    at       timestamptz NOT NULL,
    did      text NOT NULL CHECK (did IN
             ('noted', 'took', 'put_back', 'handed_over', 'closed', 'reopened')),
    said     text NOT NULL DEFAULT '',
    other_id bigint REFERENCES staff       -- to whom it was handed over
);
CREATE INDEX ticket_notes_ticket ON ticket_notes (ticket_id, id);
CREATE TRIGGER ticket_notes_append_only BEFORE UPDATE OR DELETE ON ticket_notes
    FOR EACH ROW EXECUTE FUNCTION append_only();

ALTER TABLE codes DROP CONSTRAINT codes_dead_reason_check;
ALTER TABLE codes ADD CONSTRAINT codes_dead_reason_check CHECK (dead_reason IN
    ('expired', 'fraud', 'undone', 'remark', 'tries', 'withdrawn', 'moved', 'passed', 'blocked',
     'desk'));

-- Handing out at the window without a code takes two: one asks, another of the right role agrees.
CREATE TABLE window_requests (
    id       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    article_id bigint NOT NULL REFERENCES articles,
    asked_by bigint NOT NULL REFERENCES staff,
    asked_at timestamptz NOT NULL,
    document text NOT NULL,
    document_last4 text NOT NULL CHECK (document_last4 ~ '^[0-9A-Z]{4}$'),
    reason   text NOT NULL,
    decided_by bigint REFERENCES staff,
    decided_at timestamptz,
    agreed   boolean,
    CHECK ((decided_at IS NULL) = (agreed IS NULL)),
    CHECK (decided_by <> asked_by)
);
CREATE UNIQUE INDEX one_window_request ON window_requests (article_id) WHERE decided_at IS NULL;
