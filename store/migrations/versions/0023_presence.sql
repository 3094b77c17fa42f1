-- Which worker leased a message (outbox/presence.py): where it is gone, its messages come back at once.
ALTER TABLE messages ADD COLUMN leased_by integer;
