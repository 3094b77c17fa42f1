-- outbox: every text and call, in and out, what carriers said of them, and which carriers are fit.

CREATE TABLE messages (
    id       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    direction text NOT NULL CHECK (direction IN ('in', 'out')),
    channel  text NOT NULL DEFAULT 'text' CHECK (channel IN ('text', 'voice')),
    phone    phone,
    gateway  text,
    carrier_id text,
    at       timestamptz NOT NULL,
    carrier_at timestamptz,
    request_id text CHECK (length(request_id) <= 64),
    sprint_id  bigint,
    article_id bigint REFERENCES articles,
    body     text NOT NULL,
    status   text NOT NULL,
    error    text,
    purged_at timestamptz,
    -- Outbound only: what is sent.
    template text,
    language language,
    variables jsonb,
    code_id  bigint REFERENCES codes,
    segments smallint,
    lane     text CHECK (lane IN ('code', 'reply', 'notice', 'bulk')),
    not_after timestamptz,
    -- Outbound only: sending it.
    next_attempt_at timestamptz,
    attempts smallint NOT NULL DEFAULT 0,
    first_tried_at timestamptz,
    lease    uuid,
    leased_until timestamptz,
    leased_by integer,
    given    text[] NOT NULL DEFAULT '{}',
    sent_at  timestamptz,
    delivered_at timestamptz,
    spoken_call text,
    -- Outbound only: a second send by another carrier.
    confirm_by timestamptz,
    again_of bigint REFERENCES messages,
    via      text,
    instead_of text,
    CHECK (direction = 'out' OR status IN ('received', 'unreadable')),
    CHECK (direction = 'in' OR status IN
           ('queued', 'sending', 'unknown', 'sent', 'delivered', 'failed', 'expired')),
    CHECK (direction = 'in' OR (phone IS NOT NULL AND template IS NOT NULL AND language IS NOT NULL
           AND segments IS NOT NULL AND lane IS NOT NULL AND not_after IS NOT NULL
           AND next_attempt_at IS NOT NULL)),
    CHECK (status <> 'sending' OR (lease IS NOT NULL AND leased_until IS NOT NULL)),
    CHECK ((again_of IS NULL) = (via IS NULL)),
    CHECK ((again_of IS NULL) = (instead_of IS NULL))
);
COMMENT ON TABLE messages IS
    'outbox: Texts and calls, inbound and outbound. An outbound row is written in the transaction '
    'that decided on it and is then sent by the worker.';
COMMENT ON COLUMN messages.phone IS 'NULL: the inbound message named no sender.';
COMMENT ON COLUMN messages.carrier_id IS 'The carrier''s own identifier of the message.';
COMMENT ON COLUMN messages.at IS 'When it was received or created.';
COMMENT ON COLUMN messages.carrier_at IS 'When the carrier received an inbound text, by its own clock.';
COMMENT ON COLUMN messages.request_id IS
    'The request, or time limit, from which the message resulted. The log lines of all processes '
    'contain it, from the inbound text to the last receipt of the answer.';
COMMENT ON COLUMN messages.sprint_id IS 'The sprint that decided on the message. Not a foreign key: '
    'sprints refer to messages.';
COMMENT ON COLUMN messages.body IS
    'Codes are masked as ••••••, inbound and outbound. Empty after the retention period.';
COMMENT ON COLUMN messages.purged_at IS 'When its words were removed.';
COMMENT ON COLUMN messages.variables IS 'Values of the template''s variables, without the code.';
COMMENT ON COLUMN messages.code_id IS 'The code that the message carries.';
COMMENT ON COLUMN messages.segments IS 'Parts that the carrier charges; a call is one.';
COMMENT ON COLUMN messages.lane IS 'The priority: codes overtake replies, notices and bulk.';
COMMENT ON COLUMN messages.not_after IS 'After this it is not sent: it would arrive too late to be true.';
COMMENT ON COLUMN messages.lease IS
    'Identifies the claim of the worker that is sending it. After leased_until another may claim it.';
COMMENT ON COLUMN messages.leased_by IS
    'The worker that claimed it: when that process is gone, its messages are reclaimed at once.';
COMMENT ON COLUMN messages.given IS
    'Carriers that accepted it or may have: no second send uses them.';
COMMENT ON COLUMN messages.spoken_call IS
    'The carrier''s identifier of the call that requested the words to speak. A call that ended '
    'without this request delivered nothing.';
COMMENT ON COLUMN messages.confirm_by IS
    'A code is sent again by the next carrier unless a receipt confirms it by then. NULL: it is not.';
COMMENT ON COLUMN messages.again_of IS 'A second send: the message that it repeats.';
COMMENT ON COLUMN messages.via IS 'A second send: the only carrier that may send it.';
COMMENT ON COLUMN messages.instead_of IS 'A second send: the carrier that it replaces.';
CREATE UNIQUE INDEX messages_in_once ON messages (gateway, carrier_id) WHERE direction = 'in';
COMMENT ON INDEX messages_in_once IS 'A text that the carrier delivers twice is processed once.';
CREATE UNIQUE INDEX messages_out_once ON messages (gateway, carrier_id) WHERE direction = 'out';
CREATE INDEX messages_phone ON messages (phone, id);
CREATE INDEX messages_timeline ON messages (phone, at, id);
CREATE INDEX messages_article ON messages (article_id, at, id) WHERE article_id IS NOT NULL;
CREATE INDEX messages_at ON messages USING brin (at);
CREATE INDEX messages_in_at ON messages (phone, at) WHERE direction = 'in';
CREATE INDEX messages_unreadable ON messages (id) WHERE status = 'unreadable';
CREATE INDEX messages_due ON messages (channel, lane, next_attempt_at, id)
    WHERE status IN ('queued', 'unknown');
COMMENT ON INDEX messages_due IS 'The worker claims what is due, by channel and lane.';
CREATE INDEX messages_leased ON messages (leased_until) WHERE status = 'sending';
CREATE INDEX messages_unconfirmed ON messages (confirm_by)
    WHERE confirm_by IS NOT NULL AND status IN ('sending', 'unknown', 'sent', 'failed');
CREATE UNIQUE INDEX messages_again_once ON messages (again_of, via) WHERE again_of IS NOT NULL;
CREATE INDEX messages_again_at ON messages (instead_of, at) WHERE again_of IS NOT NULL;

CREATE TABLE receipts (
    id       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    gateway  text NOT NULL,
    carrier_id text,
    message_id bigint REFERENCES messages,
    status   text NOT NULL CHECK (status IN ('sent', 'delivered', 'failed', 'uncertain', 'unreadable')),
    word     text NOT NULL,
    reason   text,
    error    text,
    at       timestamptz NOT NULL
);
COMMENT ON TABLE receipts IS 'outbox: Receipts of carriers about outbound messages.';
COMMENT ON COLUMN receipts.message_id IS
    'NULL: no message has this carrier_id yet. A receipt may overtake the answer to the send.';
COMMENT ON COLUMN receipts.word IS 'The carrier''s own word, of which status is the meaning.';
CREATE INDEX receipts_carrier ON receipts (gateway, carrier_id);
CREATE INDEX receipts_message ON receipts (message_id);
CREATE INDEX receipts_at ON receipts USING brin (at);

CREATE TABLE carriers (
    name     text PRIMARY KEY,
    -- The circuit breaker.
    state    text NOT NULL DEFAULT 'closed' CHECK (state IN ('closed', 'open', 'half_open')),
    cause    text CHECK (cause IN ('errors', 'receipts')),
    bad      integer NOT NULL DEFAULT 0,
    seen     integer NOT NULL DEFAULT 0,
    changed_at timestamptz NOT NULL,
    open_until timestamptz,
    openings integer NOT NULL DEFAULT 0,
    trials   smallint NOT NULL DEFAULT 0,
    checked_at timestamptz,
    budget_told_at timestamptz,
    -- What an operator ordered; it holds until it is lifted.
    ordered  text CHECK (ordered IN ('rest', 'prefer')),
    ordered_by bigint REFERENCES staff,
    ordered_at timestamptz,
    order_reason text,
    CHECK ((state = 'closed') = (open_until IS NULL)),
    CHECK ((ordered IS NULL) = (ordered_at IS NULL))
);
COMMENT ON TABLE carriers IS
    'outbox: Whether a carrier is fit to be used, and what an operator ordered. A carrier without a '
    'row is fit.';
COMMENT ON COLUMN carriers.name IS 'The name of the gateway.';
COMMENT ON COLUMN carriers.state IS
    'The circuit breaker. closed: in use; open: skipped; half_open: a few messages try the carrier.';
COMMENT ON COLUMN carriers.cause IS 'Why the circuit opened: bad of seen calls or receipts failed.';
COMMENT ON COLUMN carriers.openings IS
    'Openings in short succession; each lasts longer than the one before.';
COMMENT ON COLUMN carriers.trials IS 'Messages that may still try the carrier while half_open.';
COMMENT ON COLUMN carriers.checked_at IS 'When its receipts were last evaluated.';
COMMENT ON COLUMN carriers.budget_told_at IS
    'When the feed was told that the budget of second sends is used up.';
CREATE UNIQUE INDEX one_preferred_carrier ON carriers ((right(name, 6) = '_voice')) WHERE ordered = 'prefer';
COMMENT ON INDEX one_preferred_carrier IS
    'At most one carrier of texts and one of calls is preferred. Carriers of calls end in _voice.';

CREATE TABLE carrier_outcomes (
    carrier  text NOT NULL,
    slot     timestamptz NOT NULL,
    good     integer NOT NULL,
    bad      integer NOT NULL,
    PRIMARY KEY (carrier, slot)
);
COMMENT ON TABLE carrier_outcomes IS
    'outbox: Outcomes of calls to a carrier and of its receipts, added up over a few seconds. '
    'Deleted soon: only the circuit breaker reads them.';

CREATE TABLE prefix_stops (
    id       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    prefix   text NOT NULL CHECK (prefix ~ '^\+[0-9]{2,11}$'),
    at       timestamptz NOT NULL,
    until    timestamptz NOT NULL,
    lifted_at timestamptz,
    lifted_by bigint REFERENCES staff,
    lift_reason text
);
COMMENT ON TABLE prefix_stops IS
    'outbox: Blocks of numbers (all but the last four digits) that suddenly received very many '
    'texts and receive none for some time.';
COMMENT ON COLUMN prefix_stops.lifted_at IS 'When it expired, or when lifted_by ended it.';
CREATE UNIQUE INDEX one_prefix_stop ON prefix_stops (prefix) WHERE lifted_at IS NULL;

CREATE TABLE budget_hits (
    budget   text NOT NULL CHECK (budget IN ('phone', 'code', 'article', 'sender', 'prefix', 'country')),
    subject  text NOT NULL,
    day      date NOT NULL,
    count    integer NOT NULL,
    first_at timestamptz NOT NULL,
    last_at  timestamptz NOT NULL,
    PRIMARY KEY (day, budget, subject)
);
COMMENT ON TABLE budget_hits IS
    'outbox: How often a budget held texts back, for the help desk.';
COMMENT ON COLUMN budget_hits.subject IS 'What the budget is of, masked.';
COMMENT ON COLUMN budget_hits.day IS 'In Asia/Kolkata.';
