-- How often a receipt was printed: the first is the original, all others say that they are copies.
CREATE TABLE receipt_prints (
    id       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    group_id bigint NOT NULL REFERENCES booking_groups,
    ordinal  integer NOT NULL CHECK (ordinal >= 1),
    once     uuid NOT NULL,                        -- of the button: pressed twice it prints one
    paper    text NOT NULL CHECK (paper IN ('80mm', 'a4')),
    language text NOT NULL CHECK (language IN ('hi', 'en')),
    staff_id bigint NOT NULL REFERENCES staff,
    at       timestamptz NOT NULL,
    UNIQUE (group_id, ordinal),
    UNIQUE (group_id, once)
);
CREATE TRIGGER receipt_prints_append_only BEFORE UPDATE OR DELETE ON receipt_prints
    FOR EACH ROW EXECUTE FUNCTION append_only();
