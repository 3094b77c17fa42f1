-- What supervisors look at: the day's figures, and numbers that called for codes.
CREATE TABLE named_numbers (
    named    phone NOT NULL,           -- it called and asked for a code
    phone    phone NOT NULL,           -- who says so
    day      date NOT NULL,            -- in Asia/Kolkata
    at       timestamptz NOT NULL,
    PRIMARY KEY (day, named, phone)
);
CREATE INDEX messages_at ON messages USING brin (at);
CREATE INDEX codes_released ON codes USING brin (released_at);
