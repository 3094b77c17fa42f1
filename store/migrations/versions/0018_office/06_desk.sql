-- postal/desk: tickets about lines of a slip that prove no handover.

ALTER TABLE tickets DROP CONSTRAINT tickets_kind_check;
ALTER TABLE tickets ADD CONSTRAINT tickets_kind_check CHECK (kind IN
    ('person', 'fraud', 'contested', 'not_received', 'late_handover', 'wrong_number',
     'overlooked', 'unparsed', 'move', 'unproven', 'herd', 'paper'));
