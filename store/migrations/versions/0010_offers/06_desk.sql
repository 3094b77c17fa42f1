-- postal/desk: tickets about warnings to many people, which a supervisor sends.

ALTER TABLE tickets DROP CONSTRAINT tickets_kind_check;
ALTER TABLE tickets ADD CONSTRAINT tickets_kind_check CHECK (kind IN
    ('person', 'fraud', 'contested', 'not_received', 'late_handover', 'wrong_number',
     'overlooked', 'unparsed', 'move', 'unproven', 'herd'));
DROP INDEX tickets_open;
ALTER TABLE tickets DROP COLUMN priority;
ALTER TABLE tickets ADD COLUMN priority smallint GENERATED ALWAYS AS (CASE
    WHEN kind IN ('fraud', 'not_received', 'late_handover', 'move', 'herd') THEN 1
    WHEN kind IN ('overlooked', 'unparsed') THEN 3 ELSE 2 END) STORED;
COMMENT ON COLUMN tickets.priority IS
    '1: somebody may lose money or a passport now; 2: somebody waits; 3: when there is time.';
CREATE INDEX tickets_open ON tickets (priority, at, id) WHERE closed_at IS NULL;
