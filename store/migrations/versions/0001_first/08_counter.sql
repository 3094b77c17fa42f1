-- postal/counter: articles booked for one customer in one payment, and the books of the day.

CREATE TABLE pin_directory (
    pin      pin PRIMARY KEY,
    office   text NOT NULL,
    district text NOT NULL,
    state    text NOT NULL,
    latitude double precision,
    longitude double precision
);
COMMENT ON TABLE pin_directory IS
    'postal/counter: All PINs of India, each named after its main office. Loaded by flask directory load.';
COMMENT ON COLUMN pin_directory.latitude IS
    'Of the offices of the PIN, where the directory has it; the tariff depends on the distance.';

CREATE FUNCTION label(letters text, serial integer) RETURNS bigint LANGUAGE sql IMMUTABLE STRICT
    RETURN ((ascii(letters) - 65) * 26 + ascii(substr(letters, 2)) - 65)::bigint * 100000000 + serial;
COMMENT ON FUNCTION label(text, integer) IS
    'The letters and serial of an article number as one number, so that ranges can be compared.';

CREATE TABLE number_rolls (
    id       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    staff_id bigint NOT NULL REFERENCES staff,
    letters  text NOT NULL CHECK (letters ~ '^[A-Z]{2}$'),
    first    integer NOT NULL CHECK (first >= 0),
    last     integer NOT NULL CHECK (last <= 99999999),
    next     integer NOT NULL,
    added_at timestamptz NOT NULL,
    CHECK (first <= last AND next BETWEEN first AND last + 1),
    CONSTRAINT number_rolls_apart EXCLUDE USING gist
        (int8range(label(letters, first), label(letters, last), '[]') WITH &&)
);
COMMENT ON TABLE number_rolls IS
    'postal/counter: Rolls of labels with printed article numbers that a clerk received.';
COMMENT ON COLUMN number_rolls.next IS 'The serial that is offered next; last + 1: the roll is used up.';
COMMENT ON CONSTRAINT number_rolls_apart ON number_rolls IS
    'A label is on one roll only, whoever enters it.';
CREATE INDEX number_rolls_clerk ON number_rolls (staff_id, id) WHERE next <= last;

CREATE TABLE counter_days (
    id       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    office_id bigint NOT NULL REFERENCES offices,
    counter  smallint NOT NULL CHECK (counter BETWEEN 1 AND 99),
    day      date NOT NULL,
    staff_id bigint NOT NULL REFERENCES staff,
    opened_at timestamptz NOT NULL,
    closed_at timestamptz,
    closed_by bigint REFERENCES staff,
    counted_paise bigint CHECK (counted_paise >= 0),
    counted_as text,
    expected_paise bigint,
    explanation text,
    last_entry bigint,
    UNIQUE (office_id, counter, day),
    CHECK ((closed_at IS NULL) = (counted_paise IS NULL)),
    CHECK ((closed_at IS NULL) = (expected_paise IS NULL)),
    CHECK ((closed_at IS NULL) = (closed_by IS NULL)),
    CHECK (counted_paise = expected_paise OR explanation IS NOT NULL),
    CHECK ((closed_at IS NULL) = (last_entry IS NULL))
);
COMMENT ON TABLE counter_days IS
    'postal/counter: The drawer of one clerk at one counter on one day, from the opening cash to the '
    'count.';
COMMENT ON COLUMN counter_days.day IS 'In Asia/Kolkata.';
COMMENT ON COLUMN counter_days.counted_as IS 'The notes and coins that were counted: "500x12 100x3".';
COMMENT ON COLUMN counter_days.expected_paise IS
    'As it was at the close. A later correction is an entry of its own and changes no signed figure.';
COMMENT ON COLUMN counter_days.explanation IS 'Of the difference; required where there is one.';
COMMENT ON COLUMN counter_days.last_entry IS
    'The last ledger entry in the signed figures. Its number, not a time, separates a correction '
    'that was made during the close: clocks do not order transactions that wait for a lock.';
CREATE UNIQUE INDEX one_open_counter_per_clerk ON counter_days (staff_id) WHERE closed_at IS NULL;

CREATE FUNCTION counter_is_open() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.counter_day_id IS NOT NULL THEN
        PERFORM 1 FROM counter_days WHERE id = NEW.counter_day_id AND closed_at IS NULL FOR KEY SHARE;
        IF NOT FOUND THEN
            RAISE EXCEPTION 'counter day % is closed', NEW.counter_day_id USING ERRCODE = 'DK001';
        END IF;
    END IF;
    RETURN NEW;
END $$;
COMMENT ON FUNCTION counter_is_open() IS
    'The last safeguard: a closed counter accepts no booking and no entry except a correction. The '
    'row lock waits for a close that is under way.';

CREATE TABLE booking_groups (
    id       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    tr       text NOT NULL UNIQUE CHECK (tr ~ '^[A-Z0-9]{8,35}$'),
    once     uuid NOT NULL UNIQUE,
    office_id bigint NOT NULL REFERENCES offices,
    counter_day_id bigint REFERENCES counter_days,
    staff_id bigint REFERENCES staff,
    token_id bigint REFERENCES tokens,
    state    text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'paying', 'booked', 'cancelled')),
    sender_name  text NOT NULL,
    sender_phone phone,
    sender_language language NOT NULL,
    method   text CHECK (method IN ('cash', 'upi')),
    given_paise bigint CHECK (given_paise >= 0),
    created_at timestamptz NOT NULL,
    finished_at timestamptz,
    CHECK ((counter_day_id IS NULL) = (staff_id IS NULL)),
    CHECK (staff_id IS NOT NULL OR token_id IS NOT NULL),
    CHECK ((state IN ('booked', 'cancelled')) = (finished_at IS NOT NULL)),
    CHECK ((state = 'booked') = (method IS NOT NULL)),
    CHECK (given_paise IS NULL OR method IS NOT DISTINCT FROM 'cash')
);
COMMENT ON TABLE booking_groups IS 'postal/counter: What one customer posts and pays for at once.';
COMMENT ON COLUMN booking_groups.tr IS 'The merchant''s reference of UPI: one booking for each.';
COMMENT ON COLUMN booking_groups.once IS 'Of the form: a form that is sent twice makes one booking.';
COMMENT ON COLUMN booking_groups.counter_day_id IS 'NULL: software booked it by the API.';
COMMENT ON COLUMN booking_groups.sender_name IS 'Empty after the retention period.';
COMMENT ON COLUMN booking_groups.given_paise IS 'The cash that the customer gave, before the change.';
CREATE INDEX booking_groups_office ON booking_groups (office_id, finished_at) WHERE state = 'booked';
CREATE INDEX booking_groups_day ON booking_groups (counter_day_id, id);
CREATE INDEX booking_groups_unfinished ON booking_groups (created_at) WHERE finished_at IS NULL;
CREATE TRIGGER booking_groups_while_open BEFORE INSERT ON booking_groups
    FOR EACH ROW EXECUTE FUNCTION counter_is_open();

CREATE TABLE booking_items (
    id       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    group_id bigint NOT NULL REFERENCES booking_groups,
    once     uuid NOT NULL UNIQUE,
    number   text NOT NULL CHECK (number ~ '^[A-Z]{2}[0-9]{9}IN$'),
    service  text NOT NULL CHECK (service IN
             ('speed_post', 'registered', 'parcel', 'insured', 'money_order')),
    weight_g integer NOT NULL CHECK (weight_g BETWEEN 1 AND 50000),
    otp_required boolean NOT NULL,
    registration boolean NOT NULL,
    cod_amount integer NOT NULL DEFAULT 0 CHECK (cod_amount BETWEEN 0 AND 50000),
    passport boolean NOT NULL DEFAULT false,
    recipient_phone   phone,
    without_phone text CHECK (without_phone IN ('no_mobile', 'office')),
    recipient_name    text NOT NULL,
    recipient_address text NOT NULL,
    recipient_pin     pin NOT NULL,
    recipient_language language NOT NULL,
    tariff   date NOT NULL,
    base_paise bigint NOT NULL CHECK (base_paise >= 0),
    otp_paise  bigint NOT NULL CHECK (otp_paise >= 0),
    registration_paise bigint NOT NULL CHECK (registration_paise >= 0),
    gst_paise  bigint NOT NULL CHECK (gst_paise >= 0),
    paise    bigint GENERATED ALWAYS AS
             (base_paise + otp_paise + registration_paise + gst_paise) STORED,
    removed_at timestamptz,
    purged_at timestamptz,
    article_id bigint UNIQUE REFERENCES articles,
    CHECK (purged_at IS NOT NULL OR (recipient_phone IS NULL) = (without_phone IS NOT NULL)),
    CHECK (purged_at IS NOT NULL OR NOT otp_required OR recipient_phone IS NOT NULL),
    CHECK (removed_at IS NULL OR article_id IS NULL)
);
COMMENT ON TABLE booking_items IS 'postal/counter: One article of a booking, and its price.';
COMMENT ON COLUMN booking_items.once IS 'Of the form: a form that is sent twice adds one article.';
COMMENT ON COLUMN booking_items.cod_amount IS 'Cash on delivery in whole rupees.';
COMMENT ON COLUMN booking_items.without_phone IS 'Why there is no telephone of the recipient.';
COMMENT ON COLUMN booking_items.tariff IS 'The edition of the tariff that priced it.';
COMMENT ON COLUMN booking_items.paise IS 'The whole price, with GST.';
COMMENT ON COLUMN booking_items.removed_at IS 'When it was removed, before it was paid for.';
COMMENT ON COLUMN booking_items.purged_at IS 'When the personal data were removed.';
COMMENT ON COLUMN booking_items.article_id IS 'The article, once the group is booked.';
CREATE INDEX booking_items_group ON booking_items (group_id, id);
CREATE UNIQUE INDEX booking_items_number ON booking_items (number) WHERE removed_at IS NULL;
COMMENT ON INDEX booking_items_number IS
    'A label is on one article only: two clerks cannot use the same number.';

CREATE TABLE ledger (
    id       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at       timestamptz NOT NULL,
    day      date NOT NULL,
    office_id bigint NOT NULL REFERENCES offices,
    counter_day_id bigint REFERENCES counter_days,
    staff_id bigint REFERENCES staff,
    kind     text NOT NULL CHECK (kind IN
             ('opening', 'booking', 'unclassified', 'refund', 'cod', 'handed_over', 'difference',
              'correction')),
    method   text NOT NULL CHECK (method IN ('cash', 'upi')),
    paise    bigint NOT NULL,
    group_id bigint REFERENCES booking_groups,
    list_id  bigint REFERENCES delivery_lists,
    article_id bigint REFERENCES articles,
    corrects bigint REFERENCES ledger,
    note     text,
    once     uuid UNIQUE,
    CHECK ((kind = 'correction') = (corrects IS NOT NULL)),
    CHECK (kind <> 'correction' OR note IS NOT NULL)
);
COMMENT ON TABLE ledger IS
    'postal/counter: The books: every sum that went through a counter or an office. Append-only: a '
    'correction is a new entry.';
COMMENT ON COLUMN ledger.day IS 'In Asia/Kolkata.';
COMMENT ON COLUMN ledger.counter_day_id IS 'NULL: not at a counter.';
COMMENT ON COLUMN ledger.staff_id IS 'Who did it. NULL: software.';
COMMENT ON COLUMN ledger.kind IS
    'opening: the cash that the drawer began with; booking: articles paid for; unclassified: money '
    'that came and was not booked, from the day it came until it is returned; refund: returned to a '
    'customer; cod: handed in by a postman; handed_over: from the drawer to the treasury or '
    'elsewhere; difference: counted minus expected, at the close; correction: of another entry.';
COMMENT ON COLUMN ledger.paise IS 'Positive: received by the post office.';
COMMENT ON COLUMN ledger.list_id IS 'The delivery list whose cash on delivery it is.';
COMMENT ON COLUMN ledger.article_id IS
    'Cash on delivery of one article: paid by UPI at the door (with list_id), or at the window.';
COMMENT ON COLUMN ledger.once IS 'Of the form: a form that is sent twice makes one entry.';
CREATE INDEX ledger_counter_day ON ledger (counter_day_id, id) WHERE counter_day_id IS NOT NULL;
CREATE INDEX ledger_office ON ledger (office_id, day, id);
CREATE INDEX ledger_article ON ledger (article_id) WHERE article_id IS NOT NULL;
CREATE INDEX ledger_corrects ON ledger (corrects) WHERE corrects IS NOT NULL;
CREATE UNIQUE INDEX ledger_booking_once ON ledger (group_id) WHERE kind = 'booking';
COMMENT ON INDEX ledger_booking_once IS 'A booking is entered in the books once.';
CREATE TRIGGER ledger_append_only BEFORE UPDATE OR DELETE ON ledger
    FOR EACH ROW EXECUTE FUNCTION append_only();
CREATE TRIGGER ledger_while_open BEFORE INSERT ON ledger
    FOR EACH ROW WHEN (NEW.kind <> 'correction') EXECUTE FUNCTION counter_is_open();

ALTER TABLE counter_days ADD FOREIGN KEY (last_entry) REFERENCES ledger;

CREATE TABLE receipt_prints (
    id       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    group_id bigint NOT NULL REFERENCES booking_groups,
    ordinal  integer NOT NULL CHECK (ordinal >= 1),
    once     uuid NOT NULL,
    paper    text NOT NULL CHECK (paper IN ('80mm', 'a4')),
    language text NOT NULL CHECK (language IN ('hi', 'en')),
    staff_id bigint NOT NULL REFERENCES staff,
    at       timestamptz NOT NULL,
    UNIQUE (group_id, ordinal),
    UNIQUE (group_id, once)
);
COMMENT ON TABLE receipt_prints IS
    'postal/counter: Every print of a receipt. The first is the original; the others are marked as '
    'copies. Append-only.';
COMMENT ON COLUMN receipt_prints.once IS 'Of the button: pressed twice, it prints one.';
CREATE TRIGGER receipt_prints_append_only BEFORE UPDATE OR DELETE ON receipt_prints
    FOR EACH ROW EXECUTE FUNCTION append_only();
