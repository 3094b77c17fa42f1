-- UPI at the counter. Attempts to be paid, and every sum that came: two things, for money comes late,
-- twice, in another amount, or for nothing that we know.

-- An attempt to be paid: one QR code, shown for some minutes.
CREATE TABLE payments (
    id       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    group_id bigint NOT NULL REFERENCES booking_groups,
    provider text NOT NULL CHECK (provider IN ('static', 'razorpay', 'cashfree', 'simulator')),
    state    text NOT NULL DEFAULT 'initiated' CHECK (state IN
             ('initiated',     -- the provider is asked for a QR code
              'shown',         -- the customer can scan it
              'paid',          -- money came for it, whatever became of the money
              'expired',       -- nobody paid in time
              'withdrawn',     -- the clerk stopped it, or the booking ended otherwise
              'failed')),      -- the provider gave no QR code
    paise    bigint NOT NULL CHECK (paise > 0),
    provider_ref text,                             -- the provider's own name for it: QR id, order id
    qr_text  text,                                 -- what is encoded: a link upi://pay
    qr_image text,                                 -- or the picture that the provider drew (data: URI)
    begun_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    ended_at timestamptz,
    closed_at timestamptz,                         -- the provider takes no money by it any more
    looks    integer NOT NULL DEFAULT 0,           -- how often the provider was asked since it ended
    next_look_at timestamptz,                      -- NULL: it is not asked any more
    lease    uuid,
    leased_until timestamptz,
    error    text CHECK (length(error) <= 300),    -- what the provider said last, if it refused
    UNIQUE (provider, provider_ref),
    CHECK ((state IN ('initiated', 'shown')) = (ended_at IS NULL)),
    CHECK (state <> 'shown' OR qr_text IS NOT NULL OR qr_image IS NOT NULL),
    CHECK ((lease IS NULL) = (leased_until IS NULL))
);
CREATE UNIQUE INDEX one_open_payment_per_booking ON payments (group_id) WHERE ended_at IS NULL;
CREATE INDEX payments_group ON payments (group_id, id);
CREATE INDEX payments_due ON payments (next_look_at) WHERE next_look_at IS NOT NULL;
CREATE INDEX payments_unended ON payments (expires_at) WHERE ended_at IS NULL;

-- Every sum that came, once, in exactly one state.
CREATE TABLE credits (
    id       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    provider text NOT NULL CHECK (provider IN ('static', 'razorpay', 'cashfree', 'simulator')),
    provider_payment_id text NOT NULL,             -- static: the bank's reference (RRN)
    payment_id bigint REFERENCES payments,         -- the attempt that it came for, if that is known
    group_id bigint REFERENCES booking_groups,
    office_id bigint REFERENCES offices,           -- NULL: nobody knows whose money it is
    paise    bigint NOT NULL CHECK (paise > 0),
    rrn      text,                                 -- the bank's reference, where the provider tells it
    source   text NOT NULL CHECK (source IN ('hook', 'poll', 'clerk', 'software', 'reconciled')),
    staff_id bigint REFERENCES staff,              -- the clerk who entered it
    came_at  timestamptz NOT NULL,                 -- by the provider's clock
    taken_at timestamptz NOT NULL,
    state    text NOT NULL CHECK (state IN ('booked', 'refund_due', 'refunded')),
    cause    text CHECK (cause IN
             ('unknown',       -- for no booking that we know
              'twice',         -- the booking was paid for already
              'cancelled',     -- it came after the booking was cancelled
              'amount',        -- another sum than the booking's
              'not_booked')),  -- right, but the booking could not be made
    settled_at timestamptz,                        -- the bank paid it out to the department
    -- Giving it back: asked for once, done once.
    refund_way text CHECK (refund_way IN ('provider', 'upi', 'cash')),
    refund_key uuid UNIQUE,                        -- the provider knows a repeated request by it
    refund_asked_at timestamptz,
    refund_asked_by bigint REFERENCES staff,       -- NULL: software
    refund_ref text,                               -- the provider's refund, or the bank's reference
    refund_error text CHECK (length(refund_error) <= 300),
    refund_next_at timestamptz,
    refund_lease uuid,
    refund_leased_until timestamptz,
    refunded_at timestamptz,
    UNIQUE (provider, provider_payment_id),
    CHECK ((state = 'booked') = (cause IS NULL)),
    CHECK (state <> 'booked' OR group_id IS NOT NULL),
    CHECK ((state = 'refunded') = (refunded_at IS NOT NULL)),
    CHECK (state <> 'booked' OR refund_way IS NULL),
    CHECK ((refund_way IS NULL) = (refund_asked_at IS NULL)),
    CHECK (state <> 'refunded' OR refund_way IS NOT NULL),
    CHECK ((refund_lease IS NULL) = (refund_leased_until IS NULL))
);
CREATE UNIQUE INDEX credits_book_once ON credits (group_id) WHERE state = 'booked';
CREATE INDEX credits_group ON credits (group_id, id);
CREATE INDEX credits_due ON credits (came_at) WHERE state = 'refund_due';
CREATE INDEX credits_refunding ON credits (refund_next_at) WHERE refund_next_at IS NOT NULL;
CREATE INDEX credits_rrn ON credits (rrn) WHERE rrn IS NOT NULL;
CREATE INDEX credits_came ON credits (provider, came_at);
CREATE UNIQUE INDEX credits_refunded_by_hand ON credits (refund_ref) WHERE refund_way = 'upi';

-- What a provider told, each once; what could not be read is kept for people.
CREATE TABLE provider_events (
    provider text NOT NULL,
    event_id text NOT NULL,
    at       timestamptz NOT NULL,
    kind     text NOT NULL,                        -- the provider's own word
    credit_id bigint REFERENCES credits,
    unreadable text,                               -- why nothing could be made of it
    body     text,                                 -- of those, without persons
    seen_at  timestamptz,                          -- somebody has looked into it
    seen_by  bigint REFERENCES staff,
    PRIMARY KEY (provider, event_id),
    CHECK ((unreadable IS NULL) = (body IS NULL))
);
CREATE INDEX provider_events_unreadable ON provider_events (at) WHERE unreadable IS NOT NULL;

-- The simulator's own book: what its customers paid. A real provider keeps it at home.
CREATE TABLE simulator_payments (
    id       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    payment_id bigint NOT NULL REFERENCES payments,
    tr       text NOT NULL,
    paise    bigint NOT NULL CHECK (paise > 0),
    paid_at  timestamptz NOT NULL,                 -- may lie ahead: a customer who pays late
    refund_key uuid,
    refunded_at timestamptz
);

-- Money that came and was not booked is in the books too, from the day it came until it goes back.
-- The department calls it an unclassified receipt.
ALTER TABLE ledger DROP CONSTRAINT ledger_kind_check;
ALTER TABLE ledger ADD CONSTRAINT ledger_kind_check CHECK (kind IN
    ('opening', 'booking', 'unclassified', 'refund', 'cod', 'handed_over', 'difference', 'correction'));
