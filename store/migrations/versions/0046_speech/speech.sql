ALTER TABLE codes ADD COLUMN called_at timestamptz;
COMMENT ON COLUMN codes.called_at IS
    'When a call was ordered of its own accord because its text did not arrive: once for each code.';

ALTER TABLE phones ADD COLUMN call_tongue text,
    ADD CONSTRAINT phones_call_tongue CHECK (call_tongue IN ('bho')) NOT VALID;
COMMENT ON COLUMN phones.call_tongue IS
    'In what its calls are, where that is no language of texts. NULL: the language of its texts.';

-- What was proven before is not read again: all of it is in the list.
ALTER TABLE sprints DROP CONSTRAINT sprints_proof_check;
ALTER TABLE sprints ADD CONSTRAINT sprints_proof_check
    CHECK (proof IN ('call', 'keys', 'paper', 'text', 'quoted', 'pin', 'fresh', 'two')) NOT VALID;

-- A key contests a remark (docs/developing/trust.md rule 21).
ALTER TABLE articles DROP CONSTRAINT articles_witness_by_check;
ALTER TABLE articles ADD CONSTRAINT articles_witness_by_check
    CHECK (witness_by IN ('keys', 'text', 'quoted', 'pin', 'fresh', 'two')) NOT VALID;
