-- outbox: that a text arrived is the usual receipt of a carrier. It stands in the text's own row; a row of
-- receipts, which has three indexes, is for what says something else, or more.

ALTER TABLE messages ADD COLUMN heard text;
COMMENT ON COLUMN messages.heard IS
    'The carrier''s own word by which it said that the text arrived, at delivered_at. NULL: it has not, or '
    'receipts has a row of it.';
COMMENT ON TABLE receipts IS
    'outbox: Receipts of carriers about outbound messages, but for the usual one (messages.heard). '
    'Partitioned by month.';
