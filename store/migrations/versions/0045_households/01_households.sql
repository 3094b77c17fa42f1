-- postal: what the telephone of a household wishes for all its post.

CREATE TABLE households (
    phone         phone PRIMARY KEY,
    salt          bytea NOT NULL,
    may_take      text CHECK (may_take IN ('household', 'neighbour')),
    may_take_from timestamptz,
    weekdays      smallint[] CHECK (weekdays <@ ARRAY[1, 2, 3, 4, 5, 6]::smallint[]),
    keeps         boolean NOT NULL DEFAULT false,
    proof         text CHECK (proof IN ('text', 'quoted', 'pin', 'fresh', 'two')),
    changed_at    timestamptz NOT NULL,
    asks          text CHECK (asks IN ('household', 'neighbour')),
    question      integer NOT NULL DEFAULT 0 CHECK (question >= 0),
    question_key  integer,
    wrong_quotes  smallint NOT NULL DEFAULT 0,
    wrong_day     date,
    word_state    text CHECK (word_state IN ('offered', 'chosen')),
    word_salt     bytea,
    word_key      integer,
    word_at       timestamptz,
    CHECK ((may_take IS NULL) = (may_take_from IS NULL)),
    CHECK ((may_take IS NULL) = (proof IS NULL)),
    CHECK ((word_state IS NULL) = (word_salt IS NULL)),
    CHECK ((word_state IS NULL) = (word_key IS NULL))
);
COMMENT ON TABLE households IS
    'postal: What a telephone wishes for all post that comes to it, and the word of who is at home.';
COMMENT ON COLUMN households.salt IS
    'Random; from it and a key come the two digits that its answers quote.';
COMMENT ON COLUMN households.may_take IS
    'Who may take what the law lets others than the addressee take. NULL: nobody else.';
COMMENT ON COLUMN households.may_take_from IS
    'From then on, ten minutes after the telephone was told.';
COMMENT ON COLUMN households.weekdays IS
    'On which post is brought: 1 Monday to 6 Saturday. NULL: on any.';
COMMENT ON COLUMN households.keeps IS
    'It is kept at the office for a month instead of being brought.';
COMMENT ON COLUMN households.proof IS 'How it was proven who lets them: of may_take.';
COMMENT ON COLUMN households.asks IS
    'What the last question was about, whose digits are not answered yet.';
COMMENT ON COLUMN households.question IS
    'How many questions were asked; numbers the digits that the answer quotes.';
COMMENT ON COLUMN households.question_key IS 'The number of the key of those digits.';
COMMENT ON COLUMN households.wrong_quotes IS 'Wrong digits on wrong_day; three end the day''s tries.';
COMMENT ON COLUMN households.wrong_day IS 'In Asia/Kolkata.';
COMMENT ON COLUMN households.word_state IS
    'offered: shown by dial and not taken yet. chosen: whoever says it at the door may be handed post. NULL: there is none.';
COMMENT ON COLUMN households.word_salt IS
    'Random; from it and a key come the two words. They are stored nowhere.';
COMMENT ON COLUMN households.word_key IS 'The number of the key of the words.';
COMMENT ON COLUMN households.word_at IS 'When it was offered, or chosen.';

CREATE TABLE word_tries (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    article_id bigint NOT NULL REFERENCES articles,
    staff_id   bigint NOT NULL REFERENCES staff,
    day        date NOT NULL,
    at         timestamptz NOT NULL
);
COMMENT ON TABLE word_tries IS
    'postal: Wrong household words that postmen entered. Three a day end a postman''s tries, three of an article its own.';
COMMENT ON COLUMN word_tries.day IS 'In Asia/Kolkata.';
CREATE INDEX word_tries_postman ON word_tries (staff_id, day);
COMMENT ON INDEX word_tries_postman IS 'postal/households.py: how many a postman has left today.';
