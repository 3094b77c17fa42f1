-- The carrier's id of the call that asked for the words (outbox/calls.py): one that is over and never
-- asked has brought nothing (outbox/receipts.py).
ALTER TABLE messages ADD COLUMN spoken_call text;
-- One carrier of texts at most is preferred, and one of calls.
DROP INDEX one_preferred_carrier;
CREATE UNIQUE INDEX one_preferred_carrier ON carriers ((right(name, 6) = '_voice')) WHERE ordered = 'prefer';
