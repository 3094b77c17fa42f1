-- The counter: articles booked for one customer in one payment, and the books of the day.

-- All of India's PINs, each named after its main office (web/commands/directory.py loads it).
CREATE TABLE pin_directory (
    pin      pin PRIMARY KEY,
    office   text NOT NULL,
    district text NOT NULL,
    state    text NOT NULL,
    latitude double precision,         -- of the offices of the PIN, where the directory has them
    longitude double precision
);

ALTER TABLE articles
    -- paid for: addressee only (docs/developing/domain.md rule 2)
    ADD COLUMN registration boolean NOT NULL DEFAULT false,
    ADD COLUMN weight_g integer CHECK (weight_g BETWEEN 1 AND 50000);

-- A serial with its letters as one number, so that rolls can be kept apart.
CREATE FUNCTION label(letters text, serial integer) RETURNS bigint LANGUAGE sql IMMUTABLE STRICT
    RETURN ((ascii(letters) - 65) * 26 + ascii(substr(letters, 2)) - 65)::bigint * 100000000 + serial;

-- Labels with printed numbers, as the clerk got them: the next one is offered.
CREATE TABLE number_rolls (
    id       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    staff_id bigint NOT NULL REFERENCES staff,     -- the clerk
    letters  text NOT NULL CHECK (letters ~ '^[A-Z]{2}$'),
    first    integer NOT NULL CHECK (first >= 0),
    last     integer NOT NULL CHECK (last <= 99999999),
    next     integer NOT NULL,                     -- last + 1: used up
    added_at timestamptz NOT NULL,
    CHECK (first <= last AND next BETWEEN first AND last + 1),
    -- A label is on one roll only, whoever enters it.
    CONSTRAINT number_rolls_apart EXCLUDE USING gist
        (int8range(label(letters, first), label(letters, last), '[]') WITH &&)
);
CREATE INDEX number_rolls_clerk ON number_rolls (staff_id, id) WHERE next <= last;

-- One clerk's drawer on one day, from the opening cash to the count.
CREATE TABLE counter_days (
    id       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    office_id bigint NOT NULL REFERENCES offices,
    counter  smallint NOT NULL CHECK (counter BETWEEN 1 AND 99),
    day      date NOT NULL,                        -- in Asia/Kolkata
    staff_id bigint NOT NULL REFERENCES staff,
    opened_at timestamptz NOT NULL,
    closed_at timestamptz,
    counted_paise bigint CHECK (counted_paise >= 0),
    explanation text,                              -- of the difference, where there is one
    UNIQUE (office_id, counter, day),
    CHECK ((closed_at IS NULL) = (counted_paise IS NULL))
);
CREATE UNIQUE INDEX one_open_counter_per_clerk ON counter_days (staff_id) WHERE closed_at IS NULL;

-- What one customer posts and pays at once.
CREATE TABLE booking_groups (
    id       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    tr       text NOT NULL UNIQUE CHECK (tr ~ '^[A-Z0-9]{8,35}$'),  -- UPI: the merchant's reference
    once     uuid NOT NULL UNIQUE,                 -- of the form: sent twice it makes one
    office_id bigint NOT NULL REFERENCES offices,
    counter_day_id bigint REFERENCES counter_days, -- NULL: by API
    staff_id bigint REFERENCES staff,
    token_id bigint REFERENCES tokens,
    state    text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'paying', 'booked', 'cancelled')),
    sender_name  text NOT NULL,
    sender_phone phone,
    sender_language language NOT NULL,
    method   text CHECK (method IN ('cash', 'upi')),
    given_paise bigint CHECK (given_paise >= 0),   -- in cash, before the change
    created_at timestamptz NOT NULL,
    finished_at timestamptz,
    CHECK ((counter_day_id IS NULL) = (staff_id IS NULL)),
    CHECK (staff_id IS NOT NULL OR token_id IS NOT NULL),
    CHECK ((state IN ('booked', 'cancelled')) = (finished_at IS NOT NULL)),
    CHECK ((state = 'booked') = (method IS NOT NULL)),
    CHECK (given_paise IS NULL OR method IS NOT DISTINCT FROM 'cash')
);
CREATE INDEX booking_groups_office ON booking_groups (office_id, finished_at) WHERE state = 'booked';
CREATE INDEX booking_groups_day ON booking_groups (counter_day_id, id);
CREATE INDEX booking_groups_unfinished ON booking_groups (created_at) WHERE finished_at IS NULL;

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
    cod_amount integer NOT NULL DEFAULT 0 CHECK (cod_amount BETWEEN 0 AND 50000),   -- whole rupees
    passport boolean NOT NULL DEFAULT false,
    recipient_phone   phone,
    without_phone text CHECK (without_phone IN ('no_mobile', 'office')),
    recipient_name    text NOT NULL,
    recipient_address text NOT NULL,
    recipient_pin     pin NOT NULL,
    recipient_language language NOT NULL,
    tariff   date NOT NULL,                        -- the edition that priced it
    base_paise bigint NOT NULL CHECK (base_paise >= 0),
    otp_paise  bigint NOT NULL CHECK (otp_paise >= 0),
    registration_paise bigint NOT NULL CHECK (registration_paise >= 0),
    gst_paise  bigint NOT NULL CHECK (gst_paise >= 0),
    paise    bigint GENERATED ALWAYS AS
             (base_paise + otp_paise + registration_paise + gst_paise) STORED,
    removed_at timestamptz,                        -- taken off before it was paid for
    purged_at timestamptz,                         -- its people are forgotten
    article_id bigint UNIQUE REFERENCES articles,  -- when it is booked
    CHECK (purged_at IS NOT NULL OR (recipient_phone IS NULL) = (without_phone IS NOT NULL)),
    CHECK (purged_at IS NOT NULL OR NOT otp_required OR recipient_phone IS NOT NULL),
    CHECK (removed_at IS NULL OR article_id IS NULL)
);
CREATE INDEX booking_items_group ON booking_items (group_id, id);
-- A label is on one thing only: two clerks cannot hold the same number.
CREATE UNIQUE INDEX booking_items_number ON booking_items (number) WHERE removed_at IS NULL;

-- The books: every sum that went through a counter or an office, append-only.
CREATE TABLE ledger (
    id       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at       timestamptz NOT NULL,
    day      date NOT NULL,                        -- in Asia/Kolkata
    office_id bigint NOT NULL REFERENCES offices,
    counter_day_id bigint REFERENCES counter_days, -- NULL: not at a counter
    staff_id bigint REFERENCES staff,              -- who did it; NULL: software
    kind     text NOT NULL CHECK (kind IN
             ('opening',       -- the cash that the drawer began with
              'booking',       -- articles paid for
              'refund',        -- given back to a customer
              'cod',           -- handed in by a postman
              'handed_over',   -- from the drawer to the treasury, or on to whomever
              'difference',    -- counted against expected, at the close
              'correction')),  -- of another entry
    method   text NOT NULL CHECK (method IN ('cash', 'upi')),
    paise    bigint NOT NULL,                      -- into the post office's hands: positive
    group_id bigint REFERENCES booking_groups,
    list_id  bigint REFERENCES delivery_lists,     -- whose COD it is
    corrects bigint REFERENCES ledger,
    note     text,
    CHECK ((kind = 'correction') = (corrects IS NOT NULL)),
    CHECK (kind <> 'correction' OR note IS NOT NULL)
);
CREATE INDEX ledger_counter_day ON ledger (counter_day_id, id) WHERE counter_day_id IS NOT NULL;
CREATE INDEX ledger_office ON ledger (office_id, day, id);
CREATE UNIQUE INDEX ledger_booking_once ON ledger (group_id) WHERE kind = 'booking';
CREATE TRIGGER ledger_append_only BEFORE UPDATE OR DELETE ON ledger
    FOR EACH ROW EXECUTE FUNCTION append_only();
