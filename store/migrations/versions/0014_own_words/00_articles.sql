-- What a recipient says in own words: since when a remark is suspended, because words contest it and
-- the digit has not come; and the text that says how the place is found.
ALTER TABLE articles
    ADD suspended_at timestamptz,
    ADD hint_id bigint REFERENCES messages ON DELETE SET NULL;

CREATE INDEX articles_hint ON articles (hint_id) WHERE hint_id IS NOT NULL;
