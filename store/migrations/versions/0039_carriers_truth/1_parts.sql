-- outbox: a carrier that reports on each part of a long text. status says of the text what is known after
-- this report; part_status what it said of the part. No CHECK: it would read the table under its lock.

ALTER TABLE receipts ADD COLUMN part text, ADD COLUMN part_status text;
COMMENT ON COLUMN receipts.part IS
    'Which part of a long text it is about, in the carrier''s word. NULL: the whole text.';
COMMENT ON COLUMN receipts.part_status IS
    'What it says of that part, a word of status; that is what is known of the whole text after it.';
