-- postal/desk and postal/privacy: what people work on, and what is known of who looked at what.

CREATE TABLE tickets (
    id       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    kind     text NOT NULL CHECK (kind IN
             ('person', 'fraud', 'contested', 'not_received', 'late_handover', 'wrong_number',
              'overlooked', 'unparsed')),
    priority smallint GENERATED ALWAYS AS (CASE
             WHEN kind IN ('fraud', 'not_received', 'late_handover') THEN 1
             WHEN kind IN ('overlooked', 'unparsed') THEN 3 ELSE 2 END) STORED,
    article_id bigint REFERENCES articles,
    phone    phone,
    staff_id bigint REFERENCES staff,
    at       timestamptz NOT NULL,
    assigned_to bigint REFERENCES staff,
    closed_at timestamptz,
    outcome  text CHECK (outcome IN
             ('explained', 'corrected', 'brought_again', 'upheld', 'not_upheld', 'unreached',
              'nothing_to_do')),
    CHECK ((closed_at IS NULL) = (outcome IS NULL))
);
COMMENT ON TABLE tickets IS
    'postal/desk: What a person of the help desk or of an office must look at.';
COMMENT ON COLUMN tickets.priority IS
    '1: somebody may lose money or a passport now; 2: somebody waits; 3: when there is time.';
COMMENT ON COLUMN tickets.phone IS 'The telephone that raised it.';
COMMENT ON COLUMN tickets.staff_id IS 'The postman whom it concerns.';
CREATE UNIQUE INDEX one_open_ticket ON tickets (kind, article_id, phone) NULLS NOT DISTINCT
    WHERE closed_at IS NULL;
CREATE INDEX tickets_open ON tickets (priority, at, id) WHERE closed_at IS NULL;
CREATE INDEX tickets_closed ON tickets (closed_at) WHERE closed_at IS NOT NULL;
CREATE INDEX tickets_article ON tickets (article_id) WHERE article_id IS NOT NULL;
CREATE INDEX tickets_phone ON tickets (phone, id);

CREATE TABLE ticket_notes (
    id       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    ticket_id bigint NOT NULL REFERENCES tickets,
    staff_id bigint NOT NULL REFERENCES staff,
    at       timestamptz NOT NULL,
    did      text NOT NULL CHECK (did IN
             ('noted', 'took', 'put_back', 'handed_over', 'closed', 'reopened')),
    said     text NOT NULL DEFAULT '',
    other_id bigint REFERENCES staff
);
COMMENT ON TABLE ticket_notes IS 'postal/desk: What was done with a ticket, by whom. Append-only.';
COMMENT ON COLUMN ticket_notes.other_id IS 'To whom it was handed over.';
CREATE INDEX ticket_notes_ticket ON ticket_notes (ticket_id, id);
CREATE TRIGGER ticket_notes_append_only BEFORE UPDATE OR DELETE ON ticket_notes
    FOR EACH ROW EXECUTE FUNCTION append_only();

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
COMMENT ON TABLE window_requests IS
    'postal/desk: Requests to hand out an article at the window without a code. It takes two people: '
    'one asks, another with the right role agrees.';
CREATE UNIQUE INDEX one_window_request ON window_requests (article_id) WHERE decided_at IS NULL;

CREATE TABLE access_log (
    id       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at       timestamptz NOT NULL,
    staff_id bigint NOT NULL REFERENCES staff,
    what     text NOT NULL,
    phone    phone,
    article_id bigint REFERENCES articles,
    reason   text
);
COMMENT ON TABLE access_log IS
    'postal/privacy: Who looked at whose data, and why. Append-only.';
CREATE INDEX access_log_phone ON access_log (phone, id) WHERE phone IS NOT NULL;
CREATE INDEX access_log_staff ON access_log (staff_id, id);
CREATE TRIGGER access_log_append_only BEFORE UPDATE OR DELETE ON access_log
    FOR EACH ROW EXECUTE FUNCTION append_only();

CREATE TABLE purges (
    kind     text PRIMARY KEY,
    upto     bigint NOT NULL
);
COMMENT ON TABLE purges IS
    'postal/privacy: How far each kind of purge has come: each row is looked at once, however often '
    'the purge runs.';
COMMENT ON COLUMN purges.upto IS 'The highest id that was looked at.';
