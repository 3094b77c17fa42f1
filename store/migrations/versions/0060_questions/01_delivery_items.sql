-- postal: an office opens one more question about an article to who carries it.
ALTER TABLE delivery_items ADD COLUMN question_opened_at timestamptz;
COMMENT ON COLUMN delivery_items.question_opened_at IS
    'When the office opened one more question about it, beyond the limits of a day. NULL: none is open, or it was asked.';
