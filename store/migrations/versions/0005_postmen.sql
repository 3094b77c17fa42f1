-- Postmen: a new telephone, a blocked one, and what they are told of their day.
ALTER TABLE staff
    ADD COLUMN blocked_at timestamptz,     -- its telephone is lost: a stranger's, until a PIN says otherwise
    ADD COLUMN next_phone phone;           -- named by the office; his PIN makes it his
CREATE UNIQUE INDEX staff_next_phone ON staff (next_phone) WHERE next_phone IS NOT NULL;

ALTER TABLE delivery_lists ADD COLUMN summed_at timestamptz;   -- the end of its day was told

ALTER TABLE conversations DROP CONSTRAINT conversations_machine_check;
ALTER TABLE conversations ADD CONSTRAINT conversations_machine_check CHECK (machine IN
    ('recipient', 'postman', 'new_phone', 'sender', 'office', 'stranger', 'article', 'ussd'));
ALTER TABLE codes DROP CONSTRAINT codes_dead_reason_check;
ALTER TABLE codes ADD CONSTRAINT codes_dead_reason_check CHECK (dead_reason IN
    ('expired', 'fraud', 'undone', 'remark', 'tries', 'withdrawn', 'moved', 'passed', 'blocked'));
