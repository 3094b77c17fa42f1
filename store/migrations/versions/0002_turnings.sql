-- The turnings that a delivery can take: witnesses, chosen days, nominees, the office, tickets.

-- A conversation is a telephone's with one machine, or an article's own (its machine "article").
ALTER TABLE conversations RENAME COLUMN phone TO whose;
ALTER TABLE conversations ALTER COLUMN whose TYPE text;
ALTER TABLE conversations ADD CHECK
    (whose ~ '^\+[1-9][0-9]{6,14}$' OR (machine = 'article' AND whose ~ '^[A-Z]{2}[0-9]{9}[A-Z]{2}$'));
ALTER TABLE conversations DROP CONSTRAINT conversations_machine_check;
ALTER TABLE conversations ADD CONSTRAINT conversations_machine_check CHECK
    (machine IN ('recipient', 'postman', 'sender', 'office', 'stranger', 'article', 'ussd'));

ALTER TABLE articles
    ADD COLUMN passport boolean NOT NULL DEFAULT false,
    ADD COLUMN authorised_person text,     -- who besides the addressee may take it, by a record
    ADD COLUMN unlinked_at timestamptz,    -- the telephone given at booking said "not mine"
    ADD COLUMN chosen_day date,            -- the addressee chose it; no list before it
    ADD COLUMN choose_until date,          -- no later choice goes beyond it
    ADD COLUMN held_until date,            -- the last day at the office
    ADD COLUMN extended boolean NOT NULL DEFAULT false,   -- that day was put off once
    ADD COLUMN collected text CHECK (collected IN ('code', 'document')),
    ADD COLUMN document text,              -- collected against it: its type ...
    ADD COLUMN document_last4 text CHECK (document_last4 ~ '^[0-9A-Z]{4}$');
ALTER TABLE articles DROP CONSTRAINT articles_check1;
ALTER TABLE articles ADD CONSTRAINT codes_need_a_phone CHECK
    (NOT otp_required OR recipient_phone IS NOT NULL OR unlinked_at IS NOT NULL);

-- A code is for handing over or for refusing; at the office window no postman carries the article.
ALTER TABLE codes ALTER COLUMN postman_id DROP NOT NULL;
ALTER TABLE codes ADD COLUMN purpose text NOT NULL DEFAULT 'handover'
    CHECK (purpose IN ('handover', 'refusal', 'window'));
ALTER TABLE codes ADD CHECK ((postman_id IS NULL) = (purpose = 'window'));
ALTER TABLE codes DROP CONSTRAINT codes_dead_reason_check;
ALTER TABLE codes ADD CONSTRAINT codes_dead_reason_check CHECK (dead_reason IN
    ('expired', 'fraud', 'undone', 'remark', 'tries', 'withdrawn', 'moved', 'passed'));
ALTER TABLE code_attempts ALTER COLUMN staff_id DROP NOT NULL;

-- Somebody else at home, who takes the article in the recipient's place once he has agreed.
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
CREATE UNIQUE INDEX one_nominee_per_article ON nominees (article_id) WHERE ended_at IS NULL;
CREATE INDEX nominees_article ON nominees (article_id);
CREATE INDEX nominees_phone ON nominees (phone) WHERE ended_at IS NULL;

-- What a person of the help desk or the office must look at.
CREATE TABLE tickets (
    id       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    kind     text NOT NULL CHECK (kind IN
             ('person', 'fraud', 'contested', 'not_received', 'late_handover', 'wrong_number',
              'overlooked')),
    article_id bigint REFERENCES articles,
    phone    phone,                    -- who raised it
    staff_id bigint REFERENCES staff,  -- the postman whom it concerns
    at       timestamptz NOT NULL,
    closed_at timestamptz
);
CREATE UNIQUE INDEX one_open_ticket ON tickets (kind, article_id, phone) NULLS NOT DISTINCT
    WHERE closed_at IS NULL;
CREATE INDEX tickets_open ON tickets (at) WHERE closed_at IS NULL;

-- Fraud reported, by whom and where: three telephones of one PIN on one day start a herd warning.
CREATE TABLE fraud_reports (
    phone    phone NOT NULL,
    day      date NOT NULL,            -- in Asia/Kolkata
    pin      pin NOT NULL,
    at       timestamptz NOT NULL,
    PRIMARY KEY (pin, day, phone)
);
CREATE TABLE herd_warnings (
    pin      pin NOT NULL,
    day      date NOT NULL,
    cause    text NOT NULL CHECK (cause IN ('reports', 'help_desk')),
    at       timestamptz NOT NULL,
    done_at  timestamptz,              -- everybody concerned was told
    PRIMARY KEY (pin, day)
);
CREATE TABLE herd_warned (
    phone    phone NOT NULL,
    day      date NOT NULL,
    PRIMARY KEY (phone, day)
);

-- The days whose lists were made from what the days before had left over.
CREATE TABLE mornings (
    day      date PRIMARY KEY,
    at       timestamptz NOT NULL
);
