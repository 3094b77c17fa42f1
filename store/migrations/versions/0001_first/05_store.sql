-- store: conversations and the sprints that decide them, dialled sessions, the feed of events.

CREATE TABLE conversations (
    id       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    whose    text NOT NULL,
    machine  text NOT NULL CHECK (machine IN
             ('recipient', 'postman', 'new_phone', 'sender', 'office', 'stranger', 'article', 'ussd')),
    state    text NOT NULL,
    context  jsonb NOT NULL DEFAULT '{}',
    entered_at timestamptz NOT NULL,
    last_sprint_id bigint,
    UNIQUE (whose, machine),
    CHECK (whose ~ '^\+[1-9][0-9]{6,14}$' OR (machine = 'article' AND whose ~ '^[A-Z]{2}[0-9]{9}[A-Z]{2}$'))
);
COMMENT ON TABLE conversations IS
    'store: One run of one state machine, and the state that it is in.';
COMMENT ON COLUMN conversations.whose IS
    'A telephone in E.164, or the number of the article that runs the machine "article".';
COMMENT ON COLUMN conversations.entered_at IS 'Since when it is in this state.';

CREATE TABLE sprints (
    id       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    conversation_id bigint NOT NULL REFERENCES conversations,
    message_id bigint REFERENCES messages,
    at       timestamptz NOT NULL,
    event    jsonb NOT NULL,
    state_before jsonb NOT NULL,
    facts    jsonb NOT NULL,
    decision jsonb NOT NULL,
    state_after jsonb NOT NULL
);
COMMENT ON TABLE sprints IS
    'store: One step of a conversation: what happened, what was known, what was decided. Enough to '
    'decide it again (flask replay). Append-only.';
COMMENT ON COLUMN sprints.message_id IS
    'The text that began the turn. NULL: an API request or a time limit began it.';
CREATE INDEX sprints_conversation ON sprints (conversation_id, at, id);
CREATE INDEX sprints_message ON sprints (message_id);
CREATE INDEX sprints_at ON sprints USING brin (at);
COMMENT ON INDEX sprints_at IS 'Sprints are replayed by period.';
CREATE TRIGGER sprints_append_only BEFORE UPDATE OR DELETE ON sprints
    FOR EACH ROW EXECUTE FUNCTION append_only();

CREATE TABLE timers (
    conversation_id bigint PRIMARY KEY REFERENCES conversations,
    sprint_id bigint NOT NULL REFERENCES sprints,
    due_at   timestamptz NOT NULL
);
COMMENT ON TABLE timers IS
    'store: The time limit of the state that a conversation is in: at most one, replaced by every '
    'sprint.';
CREATE INDEX timers_due ON timers (due_at);

CREATE TABLE ussd_sessions (
    id       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    gateway  text NOT NULL,
    carrier_id text NOT NULL,
    phone    phone NOT NULL,
    service  text NOT NULL,
    begun_at timestamptz NOT NULL,
    at       timestamptz NOT NULL,
    place    jsonb NOT NULL,
    hops     smallint NOT NULL DEFAULT 0,
    seen     integer NOT NULL DEFAULT 0,
    digest   bytea,
    ended_at timestamptz,
    purged_at timestamptz,
    UNIQUE (gateway, carrier_id, phone, service)
);
COMMENT ON TABLE ussd_sessions IS
    'store: Dialled sessions (USSD). What was typed may be a PIN or a code, so only its keyed digest '
    'and its length are stored: the digest detects a repeat, the length finds what is new.';
COMMENT ON COLUMN ussd_sessions.service IS 'The code that was dialled.';
COMMENT ON COLUMN ussd_sessions.at IS 'When the last screen was answered.';
COMMENT ON COLUMN ussd_sessions.place IS 'Where in the menu the person is.';
COMMENT ON COLUMN ussd_sessions.hops IS 'Screens shown so far.';
COMMENT ON COLUMN ussd_sessions.seen IS 'Length of the input that was answered last.';
COMMENT ON COLUMN ussd_sessions.digest IS 'Keyed digest of the input that was answered last.';
COMMENT ON COLUMN ussd_sessions.purged_at IS 'When the words of its screens were removed.';
CREATE INDEX ussd_sessions_open ON ussd_sessions (phone, service, at) WHERE ended_at IS NULL;
CREATE INDEX ussd_sessions_phone ON ussd_sessions (phone, begun_at);

CREATE TABLE ussd_hops (
    session_id bigint NOT NULL REFERENCES ussd_sessions ON DELETE CASCADE,
    position smallint NOT NULL,
    at       timestamptz NOT NULL,
    digest   bytea NOT NULL,
    typed    text NOT NULL,
    screen   text NOT NULL,
    body     text NOT NULL,
    ends     boolean NOT NULL,
    PRIMARY KEY (session_id, position),
    UNIQUE (session_id, digest)
);
COMMENT ON TABLE ussd_hops IS
    'store: The screens of a dialled session, and what was typed to reach each, masked.';
COMMENT ON COLUMN ussd_hops.digest IS
    'Keyed digest of all that was typed up to this screen: a repeated request gets the same screen.';
COMMENT ON COLUMN ussd_hops.ends IS 'The screen ended the session.';

CREATE TABLE events (
    id       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    position bigint UNIQUE,
    at       timestamptz NOT NULL,
    kind     text NOT NULL,
    article_id bigint REFERENCES articles,
    data     jsonb NOT NULL DEFAULT '{}'
);
COMMENT ON TABLE events IS
    'store: The feed: what happened, for the department''s software. Append-only.';
COMMENT ON COLUMN events.position IS
    'The cursor of the feed, assigned in commit order by the first reader: a cursor never passes an '
    'event whose transaction was slower than its neighbour''s. NULL: nobody has read it yet.';
CREATE SEQUENCE event_positions;
COMMENT ON SEQUENCE event_positions IS 'The last events.position that was assigned.';
CREATE INDEX events_unplaced ON events (id) WHERE position IS NULL;
CREATE INDEX events_article ON events (article_id, id);
CREATE INDEX events_of_carriers ON events (id) WHERE kind IN
    ('carrier_opened', 'carrier_closed', 'carrier_rested', 'carrier_preferred',
     'carrier_order_lifted', 'failover_budget_spent', 'prefix_stopped', 'prefix_released',
     'inbound_flood');
COMMENT ON INDEX events_of_carriers IS 'For the help desk''s page of carriers.';
CREATE TRIGGER events_append_only BEFORE UPDATE OR DELETE ON events
    FOR EACH ROW EXECUTE FUNCTION append_only();
