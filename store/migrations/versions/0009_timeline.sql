-- What the desk looks for, found without reading a million rows.
DROP INDEX sprints_conversation;
CREATE INDEX sprints_conversation ON sprints (conversation_id, at, id);
CREATE INDEX sprints_at ON sprints USING brin (at);   -- replayed by period
CREATE INDEX messages_timeline ON messages (phone, at, id);
CREATE INDEX messages_article ON messages (article_id, at, id) WHERE article_id IS NOT NULL;
CREATE INDEX messages_unreadable ON messages (id) WHERE status = 'unreadable';
CREATE INDEX ussd_sessions_phone ON ussd_sessions (phone, begun_at);
-- The last digits of a number, as they are said at the door: EU123456785IN is found by 6785.
CREATE INDEX articles_last_digits ON articles (reverse(substr(number, 3, 9)) text_pattern_ops);
CREATE INDEX articles_booked ON articles (recipient_pin, booked_at);
CREATE INDEX delivery_lists_date ON delivery_lists (date);
CREATE INDEX tickets_phone ON tickets (phone, id);
CREATE INDEX staff_name ON staff (lower(name) text_pattern_ops);
CREATE INDEX offices_name ON offices (lower(name) text_pattern_ops);
