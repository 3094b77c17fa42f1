-- postal/desk: texts that somebody found to be read wrongly, for labelling.

CREATE TABLE misread_texts (
    message_id bigint PRIMARY KEY REFERENCES messages ON DELETE CASCADE,
    by_id    bigint NOT NULL REFERENCES staff,
    at       timestamptz NOT NULL
);
COMMENT ON TABLE misread_texts IS
    'postal/desk: Texts that were read wrongly, somebody at the desk says: for labelling (flask corpus export).';
COMMENT ON COLUMN misread_texts.message_id IS 'The text. Its words are purged with all others.';
COMMENT ON COLUMN misread_texts.by_id IS 'Who says so. It is in no export.';
CREATE INDEX misread_texts_at ON misread_texts (at);
