-- Each postman's list of a morning is made by itself: one that fails is put off, the others go on.
CREATE TABLE morning_lists (
    day        date NOT NULL REFERENCES mornings,
    postman_id bigint NOT NULL REFERENCES staff,
    due_at     timestamptz NOT NULL,     -- later than the morning: it failed, and is tried again
    made_at    timestamptz,
    PRIMARY KEY (day, postman_id)
);
CREATE INDEX morning_lists_unmade ON morning_lists (day, due_at) WHERE made_at IS NULL;
