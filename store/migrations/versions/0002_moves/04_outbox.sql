-- outbox: alarms have a lane of their own.

ALTER TABLE messages DROP CONSTRAINT messages_lane_check;
ALTER TABLE messages ADD CONSTRAINT messages_lane_check
    CHECK (lane IN ('code', 'alarm', 'reply', 'notice', 'bulk'));
COMMENT ON COLUMN messages.lane IS
    'The priority: codes overtake alarms and replies, these notices and bulk. No budget of ours and '
    'no STOP holds back an alarm.';

ALTER TABLE messages ADD COLUMN quote smallint CHECK (quote >= 0);
COMMENT ON COLUMN messages.quote IS
    'The question of its article whose two digits the text shows, to be quoted in the answer. They '
    'are derived when it is sent, as codes are; 0: those by which the sender proves himself.';
ALTER TABLE messages ADD COLUMN quote_key smallint CHECK ((quote IS NULL) = (quote_key IS NULL));
COMMENT ON COLUMN messages.quote_key IS 'The number of the key from which those digits are derived.';
