-- Calls beside texts: a message is written or said, and comes in as a text or as a missed call.
ALTER TABLE messages ADD COLUMN channel text NOT NULL DEFAULT 'text'
    CHECK (channel IN ('text', 'voice'));

-- What is due is looked for by channel and lane.
DROP INDEX messages_due;
CREATE INDEX messages_due ON messages (channel, lane, next_attempt_at, id)
    WHERE status IN ('queued', 'unknown');
