-- What a recipient says in own words: since when a remark is suspended, because words contest it and
-- the digit has not come; and the text that says how the place is found.
ALTER TABLE articles
    ADD suspended_at timestamptz,
    ADD hint_id bigint REFERENCES messages ON DELETE SET NULL;

CREATE INDEX articles_hint ON articles (hint_id) WHERE hint_id IS NOT NULL;
COMMENT ON COLUMN articles.suspended_at IS
    'Since when the remark is suspended: own words contest it, and the digit has not come. Its '
    'attempt is not counted meanwhile.';
COMMENT ON COLUMN articles.hint_id IS
    'The text in which the recipient says how the place is found; its body is purged with all others.';
COMMENT ON INDEX articles_hint IS 'A text is removed without reading all articles.';
