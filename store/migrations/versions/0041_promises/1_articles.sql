ALTER TABLE articles
    ADD promise smallint,
    ADD due_by date,
    ADD pieces smallint NOT NULL DEFAULT 1,
    ADD pieces_missing smallint[],
    ADD digipin text,
    ADD CONSTRAINT articles_promise_check CHECK (promise IN (24, 48)) NOT VALID,
    ADD CONSTRAINT articles_pieces_check CHECK (pieces BETWEEN 1 AND 99) NOT VALID,
    ADD CONSTRAINT articles_digipin_check CHECK (digipin ~ '^[2-9CFJKLMPT]{10}$') NOT VALID;
COMMENT ON COLUMN articles.promise IS '24 or 48 Speed Post, which is due by a day. NULL: neither.';
COMMENT ON COLUMN articles.due_by IS
    'By the end of this day in India it is to be handed over. NULL: nothing was promised.';
COMMENT ON COLUMN articles.pieces IS 'How many pieces go under the one number and the one code.';
COMMENT ON COLUMN articles.pieces_missing IS
    'The pieces that were not there when the others were handed over, 1 to pieces. NULL: none.';
COMMENT ON COLUMN articles.digipin IS
    'DIGIPIN of the recipient''s place (india/digipin.py). NULL: not known, or forgotten.';
