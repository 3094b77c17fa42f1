-- postal/lists: an exception is a proof of its own (docs/developing/trust.md rule 17).
ALTER TABLE delivery_items DROP CONSTRAINT delivery_items_proof_check;
ALTER TABLE delivery_items ADD CONSTRAINT delivery_items_proof_check
    CHECK (proof IN ('code', 'signature', 'exception')) NOT VALID;

-- postal/desk: tickets about what was handed over without a code, and about codes of an offline check.
ALTER TABLE tickets DROP CONSTRAINT tickets_kind_check;
ALTER TABLE tickets ADD CONSTRAINT tickets_kind_check CHECK (kind IN
    ('person', 'fraud', 'contested', 'not_received', 'late_handover', 'wrong_number',
     'overlooked', 'unparsed', 'move', 'unproven', 'herd', 'paper', 'signed', 'exception',
     'offline')) NOT VALID;
