-- outbox: alarms have a lane of their own.

ALTER TABLE messages DROP CONSTRAINT messages_lane_check;
ALTER TABLE messages ADD CONSTRAINT messages_lane_check
    CHECK (lane IN ('code', 'alarm', 'reply', 'notice', 'bulk'));
COMMENT ON COLUMN messages.lane IS
    'The priority: codes overtake alarms and replies, these notices and bulk. No budget of ours and '
    'no STOP holds back an alarm.';
