-- postal/lists: a household's word is a proof of its own (docs/developing/trust.md rule 20). Not
-- validated: it admits all that the one before did.
ALTER TABLE delivery_items DROP CONSTRAINT delivery_items_proof_check;
ALTER TABLE delivery_items ADD CONSTRAINT delivery_items_proof_check
    CHECK (proof IN ('code', 'signature', 'exception', 'offline', 'word')) NOT VALID;
