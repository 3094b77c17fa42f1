-- store: months that were archived, table by table: where their rows are, and that nothing is missing.

CREATE TABLE archived_months (
    month    bigint NOT NULL,
    of_table text NOT NULL,
    rows     bigint NOT NULL CHECK (rows >= 0),
    digest   bytea NOT NULL CHECK (octet_length(digest) = 32),
    place    text NOT NULL,
    at       timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (month, of_table)
);
COMMENT ON TABLE archived_months IS
    'store: A month of a large table that was written to a file, read back, and dropped (flask archive).';
COMMENT ON COLUMN archived_months.month IS 'Its number (month_number); its ids begin with it.';
COMMENT ON COLUMN archived_months.digest IS 'The SHA-256 of the rows as COPY wrote them, before compression.';
COMMENT ON COLUMN archived_months.place IS 'The file, as it was named on the machine that wrote it.';
