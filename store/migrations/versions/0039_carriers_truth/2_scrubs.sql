-- outbox: the sentences that operators drop (DLT), by carrier, header, template and language.

CREATE TABLE scrubs (
    carrier  text NOT NULL,
    header   text NOT NULL,
    template text NOT NULL,
    language language NOT NULL,
    cause    text NOT NULL CHECK (cause IN ('told', 'silent')),
    said     text,
    count    integer NOT NULL,
    resent   integer NOT NULL DEFAULT 0,
    first_at timestamptz NOT NULL,
    last_at  timestamptz NOT NULL,
    PRIMARY KEY (carrier, header, template, language)
);
COMMENT ON TABLE scrubs IS
    'outbox: Sentences that operators drop because they are not the registered ones (DLT). One row for each '
    'carrier, header, template and language; a new outbreak begins it anew.';
COMMENT ON COLUMN scrubs.header IS 'The sender that people see; empty where it is not known here.';
COMMENT ON COLUMN scrubs.cause IS
    'told: the carrier said so. silent: none of its receipts came, while those of other texts did.';
COMMENT ON COLUMN scrubs.said IS 'The carrier''s own words, the last time.';
COMMENT ON COLUMN scrubs.count IS 'Texts that were dropped since first_at.';
COMMENT ON COLUMN scrubs.resent IS 'Of them, those that went again, in another language or by another carrier.';
ALTER TABLE carriers ADD COLUMN scrubs_looked_at timestamptz;
COMMENT ON COLUMN carriers.scrubs_looked_at IS
    'When its receipts were last searched for sentences that vanish in silence.';
