-- Which worker leased a message (outbox/worker_lock.py): where it is gone, its messages come back at once.
ALTER TABLE messages ADD COLUMN leased_by integer;
