-- The carrier's id of the call that asked for the words (outbox/spoken.py): one that is over and never
-- asked has brought nothing (outbox/receipts.py).
ALTER TABLE messages ADD COLUMN spoken_call text;
