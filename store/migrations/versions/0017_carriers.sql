-- Several carriers: which of them is fit, what was ordered of it, and what was sent a second time.
CREATE TABLE carriers (
    name     text PRIMARY KEY,         -- the gateway's
    -- The circuit. closed: in use · open: passed over · half_open: a few texts try it.
    state    text NOT NULL DEFAULT 'closed' CHECK (state IN ('closed', 'open', 'half_open')),
    cause    text CHECK (cause IN ('errors', 'receipts')),      -- why it opened: `bad` of `seen`
    bad      integer NOT NULL DEFAULT 0,
    seen     integer NOT NULL DEFAULT 0,
    changed_at timestamptz NOT NULL,
    open_until timestamptz,
    openings integer NOT NULL DEFAULT 0,   -- one soon after the other: each lasts longer
    trials   smallint NOT NULL DEFAULT 0,  -- texts that may still try it
    checked_at timestamptz,                -- its receipts were looked at
    budget_told_at timestamptz,            -- the feed heard that its second sends are used up
    -- What an operator ordered; it stands until it is lifted.
    ordered  text CHECK (ordered IN ('rest', 'prefer')),
    ordered_by bigint REFERENCES staff,
    ordered_at timestamptz,
    order_reason text,
    CHECK ((state = 'closed') = (open_until IS NULL)),
    CHECK ((ordered IS NULL) = (ordered_at IS NULL))
);
CREATE UNIQUE INDEX one_preferred_carrier ON carriers (ordered) WHERE ordered = 'prefer';

-- What calls and receipts said of a carrier, a few seconds to a row. Short-lived.
CREATE TABLE carrier_outcomes (
    carrier  text NOT NULL,
    slot     timestamptz NOT NULL,
    good     integer NOT NULL,
    bad      integer NOT NULL,
    PRIMARY KEY (carrier, slot)
);

ALTER TABLE messages
    -- Carriers that took it, or may have: no second send goes there.
    ADD COLUMN given text[] NOT NULL DEFAULT '{}',
    -- A code: when it goes by the next carrier unless it was confirmed. NULL: it does not.
    ADD COLUMN confirm_by timestamptz,
    -- A second send: of which message, by which carrier and no other, instead of which.
    ADD COLUMN again_of bigint REFERENCES messages,
    ADD COLUMN via text,
    ADD COLUMN instead_of text,
    ADD CHECK ((again_of IS NULL) = (via IS NULL)),
    ADD CHECK ((again_of IS NULL) = (instead_of IS NULL));
CREATE UNIQUE INDEX messages_again_once ON messages (again_of, via) WHERE again_of IS NOT NULL;
CREATE INDEX messages_again_at ON messages (instead_of, at) WHERE again_of IS NOT NULL;
CREATE INDEX messages_unconfirmed ON messages (confirm_by)
    WHERE confirm_by IS NOT NULL AND status IN ('sending', 'unknown', 'sent', 'failed');

-- Blocks of numbers (all but the last four digits) that suddenly got very many texts.
CREATE TABLE prefix_stops (
    id       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    prefix   text NOT NULL CHECK (prefix ~ '^\+[0-9]{2,11}$'),
    at       timestamptz NOT NULL,
    until    timestamptz NOT NULL,
    lifted_at timestamptz,             -- it ran out, or:
    lifted_by bigint REFERENCES staff,
    lift_reason text
);
CREATE UNIQUE INDEX one_prefix_stop ON prefix_stops (prefix) WHERE lifted_at IS NULL;

-- Budgets that held texts back, for the desk. `subject` is masked.
CREATE TABLE budget_hits (
    budget   text NOT NULL CHECK (budget IN ('phone', 'code', 'article', 'sender', 'prefix', 'country')),
    subject  text NOT NULL,
    day      date NOT NULL,            -- in Asia/Kolkata
    count    integer NOT NULL,
    first_at timestamptz NOT NULL,
    last_at  timestamptz NOT NULL,
    PRIMARY KEY (day, budget, subject)
);

-- Telephones that texted more in an hour than is read: counted, in one row, and not kept.
CREATE TABLE inbound_floods (
    phone    phone NOT NULL,
    hour     timestamptz NOT NULL,
    count    integer NOT NULL,
    first_at timestamptz NOT NULL,
    last_at  timestamptz NOT NULL,
    PRIMARY KEY (phone, hour)
);
CREATE INDEX inbound_floods_hour ON inbound_floods (hour);
CREATE INDEX messages_in_at ON messages (phone, at) WHERE direction = 'in';

-- For the desk's page of carriers.
CREATE INDEX receipts_at ON receipts USING brin (at);
CREATE INDEX events_of_carriers ON events (id) WHERE kind IN
    ('carrier_opened', 'carrier_closed', 'carrier_rested', 'carrier_preferred',
     'carrier_order_lifted', 'failover_budget_spent', 'prefix_stopped', 'prefix_released',
     'inbound_flood');
