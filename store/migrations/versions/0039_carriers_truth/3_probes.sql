-- outbox: texts by each route to telephones of our own, which answer.

CREATE TABLE probes (
    message_id bigint PRIMARY KEY,
    carrier  text NOT NULL,
    phone    phone NOT NULL,
    token    text NOT NULL,
    at       timestamptz NOT NULL,
    answered_at timestamptz,
    answer_id bigint,
    letters  text CHECK (letters IN ('whole', 'broken', 'unsaid')),
    sender   text,
    sender_right boolean
);
COMMENT ON TABLE probes IS
    'outbox: Texts by each carrier to telephones of our own (PROBE_PHONES), which send back what they '
    'received. Kept for a week.';
COMMENT ON COLUMN probes.message_id IS 'Not a foreign key: months of messages go as a whole.';
COMMENT ON COLUMN probes.token IS 'The digits in the text, by which an answer is recognised.';
COMMENT ON COLUMN probes.answer_id IS 'The text that came; likewise no foreign key.';
COMMENT ON COLUMN probes.letters IS
    'What became of the Hindi letters: whole, broken, or the telephone did not say.';
COMMENT ON COLUMN probes.sender IS 'The sender that the telephone showed; NULL: it did not say.';
COMMENT ON COLUMN probes.sender_right IS 'Whether that is ours; NULL: it cannot be said.';
CREATE INDEX probes_at ON probes (at);
COMMENT ON INDEX probes_at IS 'outbox/probing.py: the newest probes.';
