CREATE TABLE waiting_texts (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    gateway    text NOT NULL,
    carrier_id text NOT NULL,
    phone      text NOT NULL,
    at         timestamptz NOT NULL,
    due_at     timestamptz NOT NULL,
    tries      integer NOT NULL DEFAULT 0,
    key_number integer NOT NULL,
    sealed     bytea NOT NULL,
    UNIQUE (gateway, carrier_id)
);
CREATE INDEX waiting_texts_of_phone ON waiting_texts (phone, id);

COMMENT ON TABLE waiting_texts IS
    'store: Texts that came while others held the rows of their turn, until the clock takes it, mostly for seconds.';
COMMENT ON COLUMN waiting_texts.carrier_id IS 'The carrier''s id of the text: it waits once, however often it is posted.';
COMMENT ON COLUMN waiting_texts.at IS 'When it came.';
COMMENT ON COLUMN waiting_texts.due_at IS 'When its turn is tried next; of one telephone the oldest goes first.';
COMMENT ON COLUMN waiting_texts.tries IS 'How often it was tried in vain.';
COMMENT ON COLUMN waiting_texts.key_number IS 'Which key of codes sealed it.';
COMMENT ON COLUMN waiting_texts.sealed IS 'All that the carrier said of it, as JSON; the words may hold a code.';
