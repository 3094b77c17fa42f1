-- store: what a slip of an outage proves.

ALTER TABLE sprints DROP CONSTRAINT sprints_proof_check;
ALTER TABLE sprints ADD CONSTRAINT sprints_proof_check
    CHECK (proof IN ('call', 'paper', 'text', 'quoted', 'pin', 'fresh', 'two'));
