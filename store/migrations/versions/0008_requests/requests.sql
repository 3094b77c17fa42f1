-- postal/people: when a session last showed its second factor, and who keeps an office's accounts.

ALTER TABLE sign_ins ADD COLUMN factor_at timestamptz;
UPDATE sign_ins SET factor_at = proved_at;
COMMENT ON COLUMN sign_ins.factor_at IS
    'When the second factor was shown last: what is signed takes one of the last five minutes.';

ALTER TABLE offices ADD COLUMN account_office_id bigint REFERENCES offices;
ALTER TABLE offices ADD CHECK (account_office_id <> id);
COMMENT ON COLUMN offices.account_office_id IS
    'The office that keeps its accounts. NULL: by the rule, the main office of its PIN, else the head '
    'office of its district.';

-- Somebody with two accounts has one telephone: it may stand with both, and then neither agrees to
-- what the other asked. Of postmen, whose texts it identifies, it stays unique.
DROP INDEX staff_phone;
CREATE UNIQUE INDEX staff_phone ON staff (phone) WHERE active AND role = 'postman';
COMMENT ON INDEX staff_phone IS
    'A telephone identifies the texts of one active postman; who has left may have had it before.';
CREATE INDEX staff_phones ON staff (phone) WHERE phone IS NOT NULL;
CREATE INDEX staff_accounts ON staff (role, office_id) WHERE active AND password_hash IS NOT NULL;

-- postal/requests: what one person asks and another one agrees to.

CREATE TABLE requests (
    id       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    what     text NOT NULL CHECK (what IN
             ('correct_number', 'move_destination', 'reopen', 'reset_pin', 'name_phone', 'document',
              'refund')),
    article_id bigint REFERENCES articles,
    postman_id bigint REFERENCES staff,
    credit_id  bigint REFERENCES credits,
    office_id  bigint REFERENCES offices,
    -- What is needed to carry it out.
    phone    phone,
    document text,
    document_last4 text CHECK (document_last4 ~ '^[0-9A-Z]{4}$'),
    payment  text CHECK (payment IN ('cash', 'upi')),
    refund_way text CHECK (refund_way IN ('provider', 'upi', 'cash')),
    refund_ref text,
    counter_day_id bigint REFERENCES counter_days,
    pin_hash text,
    -- Who asks, and why.
    reason   text NOT NULL,
    note     text NOT NULL DEFAULT '',
    token_id bigint REFERENCES tokens,
    named_id bigint REFERENCES staff,
    asked_at timestamptz NOT NULL,
    until    timestamptz NOT NULL CHECK (until > asked_at),
    signed_by bigint REFERENCES staff,
    signed_at timestamptz,
    told_at  timestamptz,
    -- What became of it.
    state    text NOT NULL DEFAULT 'waiting' CHECK (state IN
             ('waiting', 'agreed', 'refused', 'withdrawn', 'lapsed')),
    decided_by bigint REFERENCES staff,
    decided_at timestamptz,
    answer   text NOT NULL DEFAULT '',
    refused_as text,
    seen_at  timestamptz,
    CHECK (num_nonnulls(article_id, postman_id, credit_id) = 1),
    CHECK (token_id IS NOT NULL OR signed_by IS NOT NULL),
    CHECK ((signed_by IS NULL) = (signed_at IS NULL)),
    CHECK ((state = 'waiting') = (decided_at IS NULL)),
    CHECK (state <> 'agreed' OR (signed_by IS NOT NULL AND decided_by IS NOT NULL
                                 AND signed_by <> decided_by)),
    CHECK (pin_hash IS NULL OR state = 'waiting')
);
COMMENT ON TABLE requests IS
    'postal/requests: What takes two people: one asks, another one agrees in a session of his own.';
COMMENT ON COLUMN requests.office_id IS
    'The office of which one of the two must be. NULL: no office of ours has to do with it.';
COMMENT ON COLUMN requests.phone IS
    'The telephone that is to get the article, or to speak for the postman.';
COMMENT ON COLUMN requests.pin_hash IS
    'Argon2 of a PIN that its owner typed; gone when the request is decided.';
COMMENT ON COLUMN requests.counter_day_id IS 'The open counter that a refund in cash comes from.';
COMMENT ON COLUMN requests.note IS 'What the asker says of it.';
COMMENT ON COLUMN requests.token_id IS 'The software that asked: it signs nothing itself.';
COMMENT ON COLUMN requests.named_id IS 'Whom that software named: he alone signs first.';
COMMENT ON COLUMN requests.until IS 'The end of the day in Asia/Kolkata.';
COMMENT ON COLUMN requests.signed_by IS 'The first of the two. NULL: software asked, nobody signed.';
COMMENT ON COLUMN requests.told_at IS 'When the telephones of possible second persons were told.';
COMMENT ON COLUMN requests.decided_by IS 'The second of the two, or whoever withdrew it.';
COMMENT ON COLUMN requests.answer IS 'What the second person says of a refusal.';
COMMENT ON COLUMN requests.refused_as IS
    'The word of the rule that refused it although the second person agreed.';
COMMENT ON COLUMN requests.seen_at IS 'When the first person saw what became of it.';
CREATE UNIQUE INDEX one_request ON requests (what, article_id, postman_id, credit_id)
    NULLS NOT DISTINCT WHERE state = 'waiting';
CREATE INDEX requests_waiting ON requests (until) WHERE state = 'waiting';
CREATE INDEX requests_signed ON requests (signed_by, id);
CREATE INDEX requests_article ON requests (article_id) WHERE article_id IS NOT NULL;
CREATE INDEX requests_phone ON requests (phone) WHERE phone IS NOT NULL;

-- What was asked for at the window before. Its office: where the article lies, as postal/walls.py says.
INSERT INTO requests (what, article_id, office_id, document, document_last4, reason, note, asked_at,
                      until, signed_by, signed_at, state, decided_by, decided_at, seen_at)
SELECT 'document', w.article_id, coalesce(
           (SELECT s.office_id FROM delivery_items i JOIN delivery_lists l ON l.id = i.list_id
            JOIN staff s ON s.id = l.postman_id WHERE i.article_id = a.id ORDER BY i.id DESC LIMIT 1),
           (SELECT o.id FROM offices o WHERE o.pin = a.recipient_pin
            ORDER BY array_position(ARRAY['head', 'sub', 'branch'], o.branch_type), o.id LIMIT 1)),
       w.document, w.document_last4, 'other', w.reason, w.asked_at,
       (date_trunc('day', w.asked_at AT TIME ZONE 'Asia/Kolkata') + interval '1 day')
           AT TIME ZONE 'Asia/Kolkata',
       w.asked_by, w.asked_at,
       CASE WHEN w.agreed THEN 'agreed' WHEN w.agreed IS FALSE THEN 'refused' ELSE 'waiting' END,
       w.decided_by, w.decided_at, w.decided_at
FROM window_requests w JOIN articles a ON a.id = w.article_id ORDER BY w.id;
DROP TABLE window_requests;
