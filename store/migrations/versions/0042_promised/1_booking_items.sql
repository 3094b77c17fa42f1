ALTER TABLE booking_items
    ADD promise smallint,
    ADD due_by date,
    ADD pieces smallint NOT NULL DEFAULT 1,
    ADD digipin text;
COMMENT ON COLUMN booking_items.promise IS '24 or 48 Speed Post. NULL: neither.';
COMMENT ON COLUMN booking_items.due_by IS 'The day that was agreed, where it was typed.';
COMMENT ON COLUMN booking_items.pieces IS 'How many pieces go under the one number.';
COMMENT ON COLUMN booking_items.digipin IS 'DIGIPIN of the recipient''s place, if it was given.';

COMMENT ON INDEX articles_due_by IS
    'postal/promises.py: what is late, and what was due in a period, without reading all articles.';
