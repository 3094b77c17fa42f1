-- postal: a postman asks whether an article may be handed over without its code.

CREATE TABLE exceptions (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    article_id bigint NOT NULL REFERENCES articles,
    number     smallint NOT NULL CHECK (number > 0),
    postman_id bigint NOT NULL REFERENCES staff,
    office_id  bigint NOT NULL REFERENCES offices,
    reason     smallint NOT NULL CHECK (reason BETWEEN 1 AND 5),
    document   text NOT NULL CHECK (document IN
               ('aadhaar', 'voter', 'licence', 'passport', 'pan', 'ration', 'job_card')),
    last4      text CHECK (last4 ~ '^[0-9A-Z]{4}$'),
    asked_at   timestamptz NOT NULL,
    granted_at timestamptz,
    answer_by  text,
    answer_proof text CHECK (answer_proof IN ('quoted', 'pin', 'fresh', 'two')),
    ended_at   timestamptz,
    outcome    text CHECK (outcome IN ('used', 'undone', 'refused', 'lapsed', 'unused', 'over')),
    CHECK ((ended_at IS NULL) = (outcome IS NULL)),
    CHECK ((granted_at IS NULL) = (answer_proof IS NULL))
);
COMMENT ON TABLE exceptions IS
    'postal: What a postman asked to hand over without its code, and what became of it.';
COMMENT ON COLUMN exceptions.number IS
    'The how-manieth of its article; numbers the digits that the office quotes in its answer.';
COMMENT ON COLUMN exceptions.reason IS
    '1 no network, 2 the telephone is off or broken, 3 none at home, 4 the number is another''s, '
    '5 cannot read.';
COMMENT ON COLUMN exceptions.last4 IS
    'Of the number of the document that was shown. NULL: removed with the person''s data.';
COMMENT ON COLUMN exceptions.answer_by IS
    'Staff id of who agreed or refused; empty: whoever has the office''s telephone.';
COMMENT ON COLUMN exceptions.outcome IS
    'used: handed over without the code. undone: and taken back. refused, lapsed: no agreement. '
    'unused: not handed over in time. over: the article was another case by then.';
CREATE UNIQUE INDEX one_open_exception ON exceptions (article_id) WHERE ended_at IS NULL;
CREATE UNIQUE INDEX exceptions_article ON exceptions (article_id, number);
CREATE INDEX exceptions_postman ON exceptions (postman_id, asked_at);
CREATE INDEX exceptions_office ON exceptions (office_id, asked_at);
