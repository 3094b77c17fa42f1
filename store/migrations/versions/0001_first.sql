-- The schema of the first delivery. Times are aware and stored in UTC; phones are E.164.
CREATE DOMAIN phone AS text CHECK (VALUE ~ '^\+[1-9][0-9]{6,14}$');
CREATE DOMAIN pin AS text CHECK (VALUE ~ '^[1-9][0-9]{5}$');
CREATE DOMAIN language AS text CHECK (VALUE IN ('hi', 'hi-Latn', 'en'));

CREATE TABLE offices (
    id       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name     text NOT NULL,
    pin      pin NOT NULL,
    branch_type text NOT NULL CHECK (branch_type IN ('head', 'sub', 'branch')),
    district text NOT NULL,
    phone    phone,
    UNIQUE (pin, name)
);

CREATE TABLE staff (
    id       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    staff_id text NOT NULL UNIQUE,
    name     text NOT NULL,
    role     text NOT NULL CHECK (role IN
             ('postman', 'postmaster', 'clerk', 'agent', 'supervisor', 'administrator')),
    office_id bigint NOT NULL REFERENCES offices,
    phone    phone,
    pin_hash text,
    active   boolean NOT NULL DEFAULT true,
    created_at timestamptz NOT NULL DEFAULT now()
);
CREATE UNIQUE INDEX staff_phone ON staff (phone) WHERE active;

-- What is remembered of a telephone, whoever holds it.
CREATE TABLE phones (
    phone    phone PRIMARY KEY,
    language language NOT NULL,
    chosen   boolean NOT NULL DEFAULT false,   -- the person chose it: a booking changes it no more
    opted_out_at timestamptz
);

CREATE TABLE articles (
    id       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    number   text NOT NULL UNIQUE CHECK (number ~ '^[A-Z]{2}[0-9]{9}[A-Z]{2}$'),
    service  text NOT NULL CHECK (service IN
             ('speed_post', 'registered', 'parcel', 'insured', 'money_order')),
    otp_required boolean NOT NULL,
    state    text NOT NULL DEFAULT 'booked' CHECK (state IN
             ('booked', 'out_for_delivery', 'attempted', 'at_office', 'delivered', 'returned', 'recalled')),
    recipient_phone   phone,
    recipient_name    text NOT NULL,
    recipient_address text NOT NULL,
    recipient_pin     pin NOT NULL,
    sender_phone phone,
    sender_name  text NOT NULL,
    cod_amount   integer NOT NULL DEFAULT 0 CHECK (cod_amount BETWEEN 0 AND 50000),   -- whole rupees
    attempts     smallint NOT NULL DEFAULT 0 CHECK (attempts >= 0),
    remark       smallint CHECK (remark BETWEEN 10 AND 99),
    witness      text CHECK (witness IN ('confirmed', 'contested', 'unconfirmed')),
    remark_counts boolean,
    code_salt    bytea NOT NULL CHECK (octet_length(code_salt) = 16),
    code_issue   integer NOT NULL DEFAULT 0,           -- number of the last code issued
    door_only    boolean NOT NULL DEFAULT false,       -- fraud reported: codes only when the postman approaches
    not_received_at timestamptz,                       -- the recipient says that it never came
    booked_at    timestamptz NOT NULL,
    delivered_at timestamptz,
    updated_at   timestamptz NOT NULL,
    CHECK ((state = 'delivered') = (delivered_at IS NOT NULL)),
    CHECK (NOT otp_required OR recipient_phone IS NOT NULL)
);
CREATE INDEX articles_recipient ON articles (recipient_phone, updated_at);
CREATE INDEX articles_sender ON articles (sender_phone) WHERE sender_phone IS NOT NULL;

CREATE TABLE delivery_lists (
    id       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    postman_id bigint NOT NULL REFERENCES staff,
    date     date NOT NULL,
    created_at timestamptz NOT NULL,
    UNIQUE (postman_id, date)
);

CREATE TABLE delivery_items (
    id       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    list_id  bigint NOT NULL REFERENCES delivery_lists,
    article_id bigint NOT NULL REFERENCES articles,
    serial   smallint NOT NULL CHECK (serial BETWEEN 1 AND 999),
    state    text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'delivered', 'attempted', 'withdrawn')),
    approached_at timestamptz,
    remark   smallint CHECK (remark BETWEEN 10 AND 99),
    payment  text CHECK (payment IN ('cash', 'upi')),
    finished_at timestamptz,
    UNIQUE (list_id, serial),
    CHECK ((state = 'open') = (finished_at IS NULL))
);
CREATE UNIQUE INDEX one_open_item_per_article ON delivery_items (article_id) WHERE state = 'open';
CREATE INDEX delivery_items_article ON delivery_items (article_id);

-- A code is recomputed from the master key, the article's salt and the issue number; it is never stored.
CREATE TABLE codes (
    id       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    article_id bigint NOT NULL REFERENCES articles,
    issue    integer NOT NULL CHECK (issue > 0),
    sends    smallint NOT NULL DEFAULT 0,          -- messages that carried it
    postman_id bigint NOT NULL REFERENCES staff,   -- only his phone may submit it
    released_at timestamptz NOT NULL,
    expires_at  timestamptz NOT NULL,
    used_at  timestamptz,
    dead_at  timestamptz,
    dead_reason text CHECK (dead_reason IN ('expired', 'fraud', 'undone', 'remark', 'tries', 'withdrawn')),
    UNIQUE (article_id, issue),
    CHECK (used_at IS NULL OR dead_at IS NULL),
    CHECK ((dead_at IS NULL) = (dead_reason IS NULL))
);
CREATE UNIQUE INDEX one_live_code_per_article ON codes (article_id) WHERE used_at IS NULL AND dead_at IS NULL;

CREATE TABLE code_attempts (
    id       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    article_id bigint NOT NULL REFERENCES articles,
    staff_id bigint NOT NULL REFERENCES staff,
    day      date NOT NULL,            -- in Asia/Kolkata
    at       timestamptz NOT NULL,
    outcome  text NOT NULL CHECK (outcome IN ('right', 'wrong'))
);
CREATE INDEX code_attempts_day ON code_attempts (article_id, day) WHERE outcome = 'wrong';

-- One run of one machine (flows/) with one phone.
CREATE TABLE conversations (
    id       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    phone    phone NOT NULL,
    machine  text NOT NULL CHECK (machine IN ('recipient', 'postman', 'sender', 'office', 'stranger')),
    state    text NOT NULL,
    context  jsonb NOT NULL DEFAULT '{}',
    entered_at timestamptz NOT NULL,
    last_sprint_id bigint,
    UNIQUE (phone, machine)
);

CREATE TABLE messages (
    id       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    direction text NOT NULL CHECK (direction IN ('in', 'out')),
    phone    phone,                    -- NULL: what came in names nobody
    gateway  text,
    carrier_id text,
    at       timestamptz NOT NULL,     -- received, or created
    carrier_at timestamptz,            -- the carrier's own time of an inbound text
    sprint_id  bigint,
    article_id bigint REFERENCES articles,
    body     text NOT NULL,            -- codes as ••••••, in and out
    status   text NOT NULL,
    error    text,
    -- outbound only:
    template text,
    language language,
    variables jsonb,
    code_id  bigint REFERENCES codes,
    segments smallint,
    lane     text CHECK (lane IN ('code', 'reply', 'notice', 'bulk')),
    not_after timestamptz,
    next_attempt_at timestamptz,
    attempts smallint NOT NULL DEFAULT 0,
    first_tried_at timestamptz,
    lease    uuid,
    leased_until timestamptz,
    sent_at  timestamptz,
    delivered_at timestamptz,
    CHECK (direction = 'out' OR status IN ('received', 'unreadable')),
    CHECK (direction = 'in' OR status IN
           ('queued', 'sending', 'unknown', 'sent', 'delivered', 'failed', 'expired')),
    CHECK (direction = 'in' OR (phone IS NOT NULL AND template IS NOT NULL AND language IS NOT NULL
           AND segments IS NOT NULL AND lane IS NOT NULL AND not_after IS NOT NULL
           AND next_attempt_at IS NOT NULL)),
    CHECK (status <> 'sending' OR (lease IS NOT NULL AND leased_until IS NOT NULL))
);
CREATE UNIQUE INDEX messages_in_once ON messages (gateway, carrier_id) WHERE direction = 'in';
CREATE UNIQUE INDEX messages_out_once ON messages (gateway, carrier_id) WHERE direction = 'out';
CREATE INDEX messages_phone ON messages (phone, id);
CREATE INDEX messages_due ON messages (lane, next_attempt_at, id) WHERE status IN ('queued', 'unknown');
CREATE INDEX messages_leased ON messages (leased_until) WHERE status = 'sending';

-- One wait to the next: what came, what was known, what was decided. Append-only.
CREATE TABLE sprints (
    id       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    conversation_id bigint NOT NULL REFERENCES conversations,
    message_id bigint REFERENCES messages,     -- the text that began the turn; NULL for API, timers
    at       timestamptz NOT NULL,
    event    jsonb NOT NULL,
    state_before jsonb NOT NULL,
    facts    jsonb NOT NULL,
    decision jsonb NOT NULL,
    state_after jsonb NOT NULL
);
CREATE INDEX sprints_conversation ON sprints (conversation_id, id);
CREATE INDEX sprints_message ON sprints (message_id);

CREATE TABLE receipts (
    id       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    gateway  text NOT NULL,
    carrier_id text,
    message_id bigint REFERENCES messages,     -- NULL: unknown so far, matched when the id becomes known
    status   text NOT NULL CHECK (status IN ('sent', 'delivered', 'failed', 'uncertain', 'unreadable')),
    word     text NOT NULL,
    reason   text,
    error    text,
    at       timestamptz NOT NULL
);
CREATE INDEX receipts_carrier ON receipts (gateway, carrier_id);
CREATE INDEX receipts_message ON receipts (message_id);

-- The feed. `position` is given in commit order by whoever reads first (store/feed.py), so that a
-- cursor never passes over an event whose transaction was slower than its neighbour's.
CREATE TABLE events (
    id       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    position bigint UNIQUE,
    at       timestamptz NOT NULL,
    kind     text NOT NULL,
    article_id bigint REFERENCES articles,
    data     jsonb NOT NULL DEFAULT '{}'
);
CREATE SEQUENCE event_positions;
CREATE INDEX events_unplaced ON events (id) WHERE position IS NULL;
CREATE INDEX events_article ON events (article_id, id);

CREATE FUNCTION append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND TG_TABLE_NAME = 'events' THEN
        IF OLD.position IS NULL AND (to_jsonb(OLD) - 'position') = (to_jsonb(NEW) - 'position') THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME;
END $$;
CREATE TRIGGER events_append_only BEFORE UPDATE OR DELETE ON events
    FOR EACH ROW EXECUTE FUNCTION append_only();
CREATE TRIGGER sprints_append_only BEFORE UPDATE OR DELETE ON sprints
    FOR EACH ROW EXECUTE FUNCTION append_only();

-- The time limit of the state that a conversation waits in: one at most, replaced by every sprint.
CREATE TABLE timers (
    conversation_id bigint PRIMARY KEY REFERENCES conversations,
    sprint_id bigint NOT NULL REFERENCES sprints,
    due_at   timestamptz NOT NULL
);
CREATE INDEX timers_due ON timers (due_at);

CREATE TABLE tokens (
    id       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name     text NOT NULL UNIQUE,
    digest   bytea NOT NULL UNIQUE,    -- SHA-256 of the token
    created_at timestamptz NOT NULL DEFAULT now(),
    revoked_at timestamptz
);

CREATE TABLE idempotency_keys (
    token_id bigint NOT NULL REFERENCES tokens,
    key      text NOT NULL,
    request_digest bytea NOT NULL,
    status   smallint NOT NULL,
    answer   jsonb NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (token_id, key)
);
