-- store: parts of long texts, while the others are awaited.

CREATE TABLE text_parts (
    message_id bigint PRIMARY KEY REFERENCES messages ON DELETE CASCADE,
    ref      text CHECK (length(ref) <= 200),
    number   smallint NOT NULL CHECK (number BETWEEN 1 AND 255),
    total    smallint CHECK (total BETWEEN 2 AND 255),
    due_at   timestamptz NOT NULL,
    key_number integer NOT NULL,
    sealed   bytea,
    CHECK ((ref IS NULL) = (total IS NULL)),
    CHECK (number <= coalesce(total, 255))
);
COMMENT ON TABLE text_parts IS
    'store: Parts of long texts that came, for a minute at most: until the others are there, or it is '
    'certain that one is missing.';
COMMENT ON COLUMN text_parts.message_id IS 'Its row among the texts that came, with the masked words.';
COMMENT ON COLUMN text_parts.ref IS
    'The carrier''s reference, the same for all parts of a text. NULL: the carrier gives none, and the '
    'text is as long as a first part.';
COMMENT ON COLUMN text_parts.number IS 'Its place, from 1; without a reference in the order of arrival.';
COMMENT ON COLUMN text_parts.total IS 'How many parts the text has, by the carrier.';
COMMENT ON COLUMN text_parts.due_at IS 'Until then the others are awaited.';
COMMENT ON COLUMN text_parts.key_number IS 'The key codes-N that it is sealed under.';
COMMENT ON COLUMN text_parts.sealed IS
    'The words as they came, which may hold a code, sealed. NULL: the text is whole and was read.';
CREATE INDEX text_parts_due ON text_parts (due_at);
