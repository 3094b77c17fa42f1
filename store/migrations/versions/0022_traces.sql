-- One id from what came in to the last receipt of what went out: the logs of all processes have it.
ALTER TABLE messages ADD COLUMN trace text CHECK (length(trace) <= 64);
