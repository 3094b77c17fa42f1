-- postal: articles, the lists that postmen carry, and the codes that prove a handover.

CREATE TABLE phones (
    phone    phone PRIMARY KEY,
    language language NOT NULL,
    chosen   boolean NOT NULL DEFAULT false,
    opted_out_at timestamptz
);
COMMENT ON TABLE phones IS
    'postal: What is remembered of a telephone, whichever person or article it belongs to.';
COMMENT ON COLUMN phones.chosen IS
    'The person chose the language: a later booking does not change it.';
COMMENT ON COLUMN phones.opted_out_at IS 'When the telephone sent STOP. NULL: it receives texts.';

CREATE TABLE articles (
    id       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    number   text NOT NULL UNIQUE CHECK (number ~ '^[A-Z]{2}[0-9]{9}[A-Z]{2}$'),
    service  text NOT NULL CHECK (service IN
             ('speed_post', 'registered', 'parcel', 'insured', 'money_order')),
    -- As booked.
    otp_required boolean NOT NULL,
    registration boolean NOT NULL DEFAULT false,
    passport boolean NOT NULL DEFAULT false,
    weight_g integer CHECK (weight_g BETWEEN 1 AND 50000),
    cod_amount   integer NOT NULL DEFAULT 0 CHECK (cod_amount BETWEEN 0 AND 50000),
    recipient_phone   phone,
    recipient_name    text NOT NULL,
    recipient_address text NOT NULL,
    recipient_pin     pin NOT NULL,
    authorised_person text,
    sender_phone phone,
    sender_name  text NOT NULL,
    booked_at    timestamptz NOT NULL,
    -- Where it is.
    state    text NOT NULL DEFAULT 'booked' CHECK (state IN
             ('booked', 'out_for_delivery', 'attempted', 'at_office', 'delivered', 'returned', 'recalled')),
    updated_at   timestamptz NOT NULL,
    attempts     smallint NOT NULL DEFAULT 0 CHECK (attempts >= 0),
    remark       smallint CHECK (remark BETWEEN 10 AND 99),
    witness      text CHECK (witness IN ('confirmed', 'contested', 'unconfirmed')),
    remark_counts boolean,
    remark_final_at timestamptz,
    -- The code, and what the recipient said.
    code_salt    bytea NOT NULL CHECK (octet_length(code_salt) = 16),
    code_issue   integer NOT NULL DEFAULT 0,
    door_only    boolean NOT NULL DEFAULT false,
    unlinked_at  timestamptz,
    not_received_at timestamptz,
    chosen_day   date,
    choose_until date,
    -- At the office.
    held_until   date,
    extended     boolean NOT NULL DEFAULT false,
    collected    text CHECK (collected IN ('code', 'document')),
    document     text,
    document_last4 text CHECK (document_last4 ~ '^[0-9A-Z]{4}$'),
    delivered_at timestamptz,
    CHECK ((state = 'delivered') = (delivered_at IS NOT NULL)),
    CONSTRAINT codes_need_a_phone CHECK
        (NOT otp_required OR recipient_phone IS NOT NULL OR unlinked_at IS NOT NULL)
);
COMMENT ON TABLE articles IS
    'postal: Articles of post, from booking to handover or return.';
COMMENT ON COLUMN articles.otp_required IS
    'Delivery against a one-time code was paid for. Chosen per article.';
COMMENT ON COLUMN articles.registration IS
    'Registration was paid for: only the addressee or an authorised person may receive it.';
COMMENT ON COLUMN articles.passport IS 'A passport: never redirected to another address.';
COMMENT ON COLUMN articles.cod_amount IS 'Cash on delivery in whole rupees; 0: nothing to pay.';
COMMENT ON COLUMN articles.recipient_name IS 'Empty after the retention period.';
COMMENT ON COLUMN articles.authorised_person IS
    'A person other than the addressee who is on record as allowed to receive it.';
COMMENT ON COLUMN articles.attempts IS 'Delivery attempts that count; two are allowed.';
COMMENT ON COLUMN articles.remark IS
    'Two-digit code of the last remark: why it was not delivered. Provisional until remark_final_at.';
COMMENT ON COLUMN articles.witness IS 'What the recipient answered about the remark.';
COMMENT ON COLUMN articles.remark_counts IS 'The remark counts as a delivery attempt.';
COMMENT ON COLUMN articles.remark_final_at IS
    'When the office took the article back and the remark became final.';
COMMENT ON COLUMN articles.code_salt IS
    'A code is derived from the master key, this salt and the issue number; it is never stored.';
COMMENT ON COLUMN articles.code_issue IS 'Number of the last code issued; 0: none.';
COMMENT ON COLUMN articles.door_only IS
    'Fraud was reported: a code is issued only when the postman approaches.';
COMMENT ON COLUMN articles.unlinked_at IS
    'When the telephone given at booking answered "not mine" and was removed.';
COMMENT ON COLUMN articles.not_received_at IS
    'When the recipient said that the article, recorded as delivered, never came.';
COMMENT ON COLUMN articles.chosen_day IS
    'The delivery day that the addressee chose: no delivery list before it includes the article.';
COMMENT ON COLUMN articles.choose_until IS 'The latest day that the addressee can choose.';
COMMENT ON COLUMN articles.held_until IS 'The last day on which the office keeps the article.';
COMMENT ON COLUMN articles.extended IS 'held_until was extended once; a second time is refused.';
COMMENT ON COLUMN articles.collected IS
    'How it was handed out at the office window. NULL: not at the window.';
COMMENT ON COLUMN articles.document IS 'Type of the identity document shown at the window.';
CREATE INDEX articles_recipient ON articles (recipient_phone, updated_at);
CREATE INDEX articles_sender ON articles (sender_phone) WHERE sender_phone IS NOT NULL;
CREATE INDEX articles_last_digits ON articles (reverse(substr(number, 3, 9)) text_pattern_ops);
COMMENT ON INDEX articles_last_digits IS
    'The last digits, as they are said at the door, find the article: 6785 finds EU123456785IN.';
CREATE INDEX articles_booked ON articles (recipient_pin, booked_at);
CREATE INDEX articles_undelivered ON articles (recipient_pin)
    WHERE state IN ('attempted', 'at_office');
CREATE INDEX articles_going_back ON articles (recipient_pin, updated_at)
    WHERE state IN ('returned', 'recalled');
CREATE INDEX articles_unpurged ON articles (updated_at)
    WHERE recipient_name <> '' AND state IN ('delivered', 'returned', 'recalled');

CREATE TABLE delivery_lists (
    id       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    postman_id bigint NOT NULL REFERENCES staff,
    date     date NOT NULL,
    created_at timestamptz NOT NULL,
    summed_at timestamptz,
    UNIQUE (postman_id, date)
);
COMMENT ON TABLE delivery_lists IS
    'postal: The delivery list of one postman on one day (Asia/Kolkata).';
COMMENT ON COLUMN delivery_lists.summed_at IS
    'When the postman was sent the summary of the day. NULL: not yet.';
CREATE INDEX delivery_lists_date ON delivery_lists (date);
CREATE INDEX delivery_lists_unsummed ON delivery_lists (date) WHERE summed_at IS NULL;
COMMENT ON INDEX delivery_lists_unsummed IS
    'Queried every second after the end of the delivery day.';

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
COMMENT ON TABLE delivery_items IS
    'postal: One article on one delivery list, and what the postman reported of it.';
COMMENT ON COLUMN delivery_items.serial IS
    'The number by which the postman names the item in a text.';
COMMENT ON COLUMN delivery_items.approached_at IS
    'When the postman reported being on the way, which released the code.';
COMMENT ON COLUMN delivery_items.payment IS 'How cash on delivery was paid at the door.';
CREATE UNIQUE INDEX one_open_item_per_article ON delivery_items (article_id) WHERE state = 'open';
CREATE INDEX delivery_items_article ON delivery_items (article_id);
CREATE INDEX delivery_items_paid ON delivery_items (list_id) WHERE payment IS NOT NULL;

CREATE TABLE mornings (
    day      date PRIMARY KEY,
    at       timestamptz NOT NULL
);
COMMENT ON TABLE mornings IS
    'postal: Days on which undelivered articles of the days before were put on new lists.';

CREATE TABLE morning_lists (
    day        date NOT NULL REFERENCES mornings,
    postman_id bigint NOT NULL REFERENCES staff,
    due_at     timestamptz NOT NULL,
    made_at    timestamptz,
    PRIMARY KEY (day, postman_id)
);
COMMENT ON TABLE morning_lists IS
    'postal: The list of one postman in one morning. Each is made in its own transaction: one that '
    'fails is postponed and does not stop the others.';
COMMENT ON COLUMN morning_lists.due_at IS 'Later than the morning where an earlier try failed.';
CREATE INDEX morning_lists_unmade ON morning_lists (day, due_at) WHERE made_at IS NULL;

CREATE TABLE codes (
    id       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    article_id bigint NOT NULL REFERENCES articles,
    issue    integer NOT NULL CHECK (issue > 0),
    purpose  text NOT NULL DEFAULT 'handover' CHECK (purpose IN ('handover', 'refusal', 'window')),
    sends    smallint NOT NULL DEFAULT 0,
    postman_id bigint REFERENCES staff,
    released_at timestamptz NOT NULL,
    expires_at  timestamptz NOT NULL,
    used_at  timestamptz,
    dead_at  timestamptz,
    dead_reason text CHECK (dead_reason IN
             ('expired', 'fraud', 'undone', 'remark', 'tries', 'withdrawn', 'moved', 'passed', 'blocked',
              'desk')),
    UNIQUE (article_id, issue),
    CHECK (used_at IS NULL OR dead_at IS NULL),
    CHECK ((dead_at IS NULL) = (dead_reason IS NULL)),
    CHECK ((postman_id IS NULL) = (purpose = 'window'))
);
COMMENT ON TABLE codes IS
    'postal: One-time codes, each accepted once. The digits are derived from the master key, the '
    'salt of the article and the issue number; they are stored nowhere.';
COMMENT ON COLUMN codes.purpose IS 'Hand over at the door, refuse at the door, or collect at the window.';
COMMENT ON COLUMN codes.sends IS 'Messages that carried the code.';
COMMENT ON COLUMN codes.postman_id IS
    'Only the telephone of this postman may submit the code. NULL: at the office window.';
CREATE UNIQUE INDEX one_live_code_per_article ON codes (article_id) WHERE used_at IS NULL AND dead_at IS NULL;
CREATE INDEX codes_released ON codes USING brin (released_at);

CREATE TABLE code_attempts (
    id       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    article_id bigint NOT NULL REFERENCES articles,
    staff_id bigint REFERENCES staff,
    day      date NOT NULL,
    at       timestamptz NOT NULL,
    outcome  text NOT NULL CHECK (outcome IN ('right', 'wrong'))
);
COMMENT ON TABLE code_attempts IS
    'postal: Every code that was submitted. Five wrong ones per article and day end the tries; a new '
    'code does not reset the count.';
COMMENT ON COLUMN code_attempts.staff_id IS 'The postman who submitted it. NULL: it was said at the office window.';
COMMENT ON COLUMN code_attempts.day IS 'In Asia/Kolkata.';
CREATE INDEX code_attempts_day ON code_attempts (article_id, day) WHERE outcome = 'wrong';

CREATE TABLE nominees (
    id       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    article_id bigint NOT NULL REFERENCES articles,
    phone    phone NOT NULL,
    asked_at timestamptz NOT NULL,
    agreed_at timestamptz,
    ended_at timestamptz,
    ended    text CHECK (ended IN ('refused', 'taken_back', 'replaced')),
    CHECK ((ended_at IS NULL) = (ended IS NULL))
);
COMMENT ON TABLE nominees IS
    'postal: Persons whom a recipient named to receive an article instead, once they have agreed.';
CREATE UNIQUE INDEX one_nominee_per_article ON nominees (article_id) WHERE ended_at IS NULL;
CREATE INDEX nominees_article ON nominees (article_id);
CREATE INDEX nominees_phone ON nominees (phone) WHERE ended_at IS NULL;
