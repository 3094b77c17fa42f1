-- postal: who gets the code, how that was proven, and what may change it.

ALTER TABLE articles
    ADD COLUMN moves smallint NOT NULL DEFAULT 0 CHECK (moves BETWEEN 0 AND 2),
    ADD COLUMN questions smallint NOT NULL DEFAULT 0 CHECK (questions >= 0),
    ADD COLUMN move_asked_at timestamptz,
    ADD COLUMN frozen_at timestamptz,
    ADD COLUMN disputed_at timestamptz,
    ADD COLUMN document_until timestamptz,
    ADD COLUMN sender_proven_at timestamptz,
    ADD COLUMN recall_asked_at timestamptz,
    ADD COLUMN witness_by text CHECK (witness_by IN ('text', 'quoted', 'pin', 'fresh', 'two'));
COMMENT ON COLUMN articles.moves IS
    'How often another telephone became the holder of the code; two are allowed.';
COMMENT ON COLUMN articles.questions IS
    'How often the holder was asked whether it may; numbers the digits that he quotes.';
COMMENT ON COLUMN articles.move_asked_at IS 'Since when the holder has been asked. NULL: he is not.';
COMMENT ON COLUMN articles.frozen_at IS
    'When a holder said that it is his: since then only an office moves it.';
COMMENT ON COLUMN articles.disputed_at IS
    'When whoever had the code before a move objected: nothing is handed out on a code.';
COMMENT ON COLUMN articles.document_until IS
    'After a move that the holder did not begin, door and window want a document besides the code.';
COMMENT ON COLUMN articles.sender_proven_at IS
    'When the sender proved himself by the two digits of the text that said it was booked.';
COMMENT ON COLUMN articles.recall_asked_at IS
    'When the sender wanted it back; it takes effect half an hour later. NULL: he does not.';
COMMENT ON COLUMN articles.witness_by IS 'How it was proven who answered about the remark.';

CREATE TABLE moves (
    id       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    article_id bigint NOT NULL REFERENCES articles,
    by       text NOT NULL CHECK (by IN ('holder', 'sender', 'booker', 'office', 'denial')),
    from_phone phone,
    to_phone phone,
    asked_at timestamptz NOT NULL,
    asked_proof text CHECK (asked_proof IN ('call', 'text', 'quoted', 'pin', 'fresh', 'two')),
    ended_at timestamptz,
    outcome  text CHECK (outcome IN ('done', 'denied', 'lapsed')),
    consent  text CHECK (consent IN ('call', 'text', 'quoted', 'pin', 'fresh', 'two')),
    CHECK ((ended_at IS NULL) = (outcome IS NULL))
);
COMMENT ON TABLE moves IS
    'postal: Wishes that another telephone gets the code of an article, and what became of them.';
COMMENT ON COLUMN moves.by IS
    'Who wished it. denial: the holder said that the article is not his, and lost it.';
COMMENT ON COLUMN moves.from_phone IS 'The holder until then. NULL: none was known.';
COMMENT ON COLUMN moves.consent IS
    'The proof of whoever agreed. NULL: nobody did, or the holder was silent for long enough.';
CREATE UNIQUE INDEX one_open_move_per_article ON moves (article_id) WHERE ended_at IS NULL;
CREATE INDEX moves_article ON moves (article_id);
CREATE INDEX moves_to ON moves (to_phone);
CREATE INDEX moves_from ON moves (from_phone);
CREATE INDEX moves_lost ON moves (from_phone, ended_at) WHERE outcome = 'done';
COMMENT ON INDEX moves_lost IS 'Whoever lost the code lately can object with 3.';

CREATE TABLE wrong_quotes (
    id       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    article_id bigint NOT NULL REFERENCES articles,
    phone    phone NOT NULL,
    day      date NOT NULL,
    at       timestamptz NOT NULL
);
COMMENT ON TABLE wrong_quotes IS
    'postal: Wrong digits that were quoted. Three per article, or per telephone, and day end the tries.';
COMMENT ON COLUMN wrong_quotes.day IS 'In Asia/Kolkata.';
CREATE INDEX wrong_quotes_article ON wrong_quotes (article_id, day);
CREATE INDEX wrong_quotes_phone ON wrong_quotes (phone, day);

ALTER TABLE nominees ADD COLUMN holds_from timestamptz;
COMMENT ON COLUMN nominees.holds_from IS
    'From when the code goes to the nominee: until then the addressee, who was told, can object.';
UPDATE nominees SET holds_from = agreed_at;
UPDATE articles a SET moves = least(2, n.agreed) FROM (
    SELECT article_id, count(*) AS agreed FROM nominees WHERE agreed_at IS NOT NULL
    GROUP BY article_id) n
WHERE n.article_id = a.id;
