-- payments: UPI at the counter. Attempts to be paid, and every sum that came, are separate: money
-- comes late, twice, in another amount, or for nothing that is known.

CREATE TABLE payments (
    id       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    group_id bigint NOT NULL REFERENCES booking_groups,
    provider text NOT NULL CHECK (provider IN ('static', 'razorpay', 'cashfree', 'simulator')),
    state    text NOT NULL DEFAULT 'initiated' CHECK (state IN
             ('initiated', 'shown', 'paid', 'expired', 'withdrawn', 'failed')),
    paise    bigint NOT NULL CHECK (paise > 0),
    provider_ref text,
    qr_text  text,
    qr_image text,
    begun_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    ended_at timestamptz,
    closed_at timestamptz,
    looks    integer NOT NULL DEFAULT 0,
    next_look_at timestamptz,
    lease    uuid,
    leased_until timestamptz,
    error    text CHECK (length(error) <= 300),
    UNIQUE (provider, provider_ref),
    CHECK ((state IN ('initiated', 'shown')) = (ended_at IS NULL)),
    CHECK (state <> 'shown' OR qr_text IS NOT NULL OR qr_image IS NOT NULL),
    CHECK ((lease IS NULL) = (leased_until IS NULL))
);
COMMENT ON TABLE payments IS
    'payments: An attempt to be paid for a booking: one QR code, shown for some minutes.';
COMMENT ON COLUMN payments.state IS
    'initiated: the provider is asked for a QR code; shown: the customer can scan it; paid: money '
    'came for it, whatever became of the money; expired: nobody paid in time; withdrawn: the clerk '
    'stopped it, or the booking ended otherwise; failed: the provider returned no QR code.';
COMMENT ON COLUMN payments.provider_ref IS 'The provider''s identifier: of the QR code or the order.';
COMMENT ON COLUMN payments.qr_text IS 'What the QR code encodes: an upi://pay link.';
COMMENT ON COLUMN payments.qr_image IS 'Or the picture that the provider drew, as a data: URI.';
COMMENT ON COLUMN payments.closed_at IS 'When the provider stopped accepting money for it.';
COMMENT ON COLUMN payments.looks IS 'How often the provider was asked after it ended.';
COMMENT ON COLUMN payments.next_look_at IS 'When the provider is asked again. NULL: no more.';
COMMENT ON COLUMN payments.error IS 'What the provider said last, where it refused.';
CREATE UNIQUE INDEX one_open_payment_per_booking ON payments (group_id) WHERE ended_at IS NULL;
CREATE INDEX payments_group ON payments (group_id, id);
CREATE INDEX payments_due ON payments (next_look_at) WHERE next_look_at IS NOT NULL;
CREATE INDEX payments_unended ON payments (expires_at) WHERE ended_at IS NULL;

CREATE TABLE credits (
    id       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    provider text NOT NULL CHECK (provider IN ('static', 'razorpay', 'cashfree', 'simulator')),
    provider_payment_id text NOT NULL,
    payment_id bigint REFERENCES payments,
    group_id bigint REFERENCES booking_groups,
    office_id bigint REFERENCES offices,
    paise    bigint NOT NULL CHECK (paise > 0),
    rrn      text,
    source   text NOT NULL CHECK (source IN ('hook', 'poll', 'clerk', 'software', 'reconciled')),
    staff_id bigint REFERENCES staff,
    came_at  timestamptz NOT NULL,
    taken_at timestamptz NOT NULL,
    state    text NOT NULL CHECK (state IN ('booked', 'refund_due', 'refunded')),
    cause    text CHECK (cause IN ('unknown', 'twice', 'cancelled', 'amount', 'not_booked')),
    settled_at timestamptz,
    -- Returning it: ordered once, done once.
    refund_way text CHECK (refund_way IN ('provider', 'upi', 'cash')),
    refund_key uuid UNIQUE,
    refund_asked_at timestamptz,
    refund_asked_by bigint REFERENCES staff,
    refund_out_at timestamptz,
    refund_ref text,
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
    CHECK ((refund_lease IS NULL) = (refund_leased_until IS NULL)),
    CHECK (refund_out_at IS NULL OR refund_way IS NOT DISTINCT FROM 'provider')
);
COMMENT ON TABLE credits IS
    'payments: Every sum that came by UPI, once, in exactly one state.';
COMMENT ON COLUMN credits.provider_payment_id IS
    'The provider''s identifier of the payment; of a static QR code the bank''s reference (RRN).';
COMMENT ON COLUMN credits.payment_id IS 'The attempt for which it came, where that is known.';
COMMENT ON COLUMN credits.office_id IS 'NULL: it is not known whose money it is.';
COMMENT ON COLUMN credits.rrn IS 'The bank''s reference, where the provider names it.';
COMMENT ON COLUMN credits.source IS 'How it became known.';
COMMENT ON COLUMN credits.staff_id IS 'The clerk who entered it.';
COMMENT ON COLUMN credits.came_at IS 'By the provider''s clock.';
COMMENT ON COLUMN credits.cause IS
    'Why it is to be returned. unknown: for no known booking; twice: the booking was paid for '
    'already; cancelled: it came after the booking was cancelled; amount: another sum than the '
    'booking''s; not_booked: the right sum, but the booking could not be made.';
COMMENT ON COLUMN credits.settled_at IS 'When the bank paid it out to the department.';
COMMENT ON COLUMN credits.refund_key IS 'By it the provider recognises a repeated order to refund.';
COMMENT ON COLUMN credits.refund_asked_by IS 'NULL: software.';
COMMENT ON COLUMN credits.refund_out_at IS
    'Since when the provider may have the order to refund. From then on no refused call releases the '
    'sum: only the provider''s final word about the order does.';
COMMENT ON COLUMN credits.refund_ref IS 'The provider''s identifier of the refund, or the bank''s reference.';
CREATE UNIQUE INDEX credits_book_once ON credits (group_id) WHERE state = 'booked';
COMMENT ON INDEX credits_book_once IS 'One sum pays for a booking; a second is returned.';
CREATE INDEX credits_group ON credits (group_id, id);
CREATE INDEX credits_due ON credits (came_at) WHERE state = 'refund_due';
CREATE INDEX credits_refunding ON credits (refund_next_at) WHERE refund_next_at IS NOT NULL;
CREATE INDEX credits_rrn ON credits (rrn) WHERE rrn IS NOT NULL;
CREATE INDEX credits_came ON credits (provider, came_at);
CREATE UNIQUE INDEX credits_refunded_by_hand ON credits (refund_ref) WHERE refund_way = 'upi';
COMMENT ON INDEX credits_refunded_by_hand IS 'One bank reference proves the return of one sum.';

CREATE TABLE provider_events (
    provider text NOT NULL,
    event_id text NOT NULL,
    at       timestamptz NOT NULL,
    kind     text NOT NULL,
    credit_id bigint REFERENCES credits,
    unreadable text,
    body     text,
    seen_at  timestamptz,
    seen_by  bigint REFERENCES staff,
    PRIMARY KEY (provider, event_id),
    CHECK ((unreadable IS NULL) = (body IS NULL))
);
COMMENT ON TABLE provider_events IS
    'payments: What a provider reported, each event once. What cannot be read is kept for people.';
COMMENT ON COLUMN provider_events.kind IS 'The provider''s own word.';
COMMENT ON COLUMN provider_events.unreadable IS 'Why it cannot be read.';
COMMENT ON COLUMN provider_events.body IS 'Of an unreadable one, without personal data.';
COMMENT ON COLUMN provider_events.seen_at IS 'When a person looked into it.';
CREATE INDEX provider_events_unreadable ON provider_events (at) WHERE unreadable IS NOT NULL;

CREATE TABLE simulator_payments (
    id       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    payment_id bigint NOT NULL REFERENCES payments,
    tr       text NOT NULL,
    paise    bigint NOT NULL CHECK (paise > 0),
    paid_at  timestamptz NOT NULL,
    refund_key uuid,
    refunded_at timestamptz
);
COMMENT ON TABLE simulator_payments IS
    'payments: What the customers of the simulated provider paid. A real provider keeps this itself.';
COMMENT ON COLUMN simulator_payments.paid_at IS 'May be in the future: a customer who pays late.';

CREATE TABLE reconciliations (
    id       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    day      date NOT NULL,
    asked_at timestamptz NOT NULL,
    next_at  timestamptz,
    done_at  timestamptz,
    found    jsonb,
    CHECK ((done_at IS NULL) = (next_at IS NOT NULL)),
    CHECK ((done_at IS NULL) = (found IS NULL))
);
COMMENT ON TABLE reconciliations IS
    'payments: Days that software asked to have compared with the providers'' lists. The worker does it.';
COMMENT ON COLUMN reconciliations.found IS 'The result, as the API returns it.';
CREATE UNIQUE INDEX one_open_reconciliation ON reconciliations (day) WHERE done_at IS NULL;
COMMENT ON INDEX one_open_reconciliation IS
    'A day that is asked for again while it waits or runs is the same reconciliation.';
CREATE INDEX reconciliations_due ON reconciliations (next_at) WHERE done_at IS NULL;
