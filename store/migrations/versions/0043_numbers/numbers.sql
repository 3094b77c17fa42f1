ALTER TABLE phones
    ADD COLUMN doubt text,
    ADD COLUMN doubted_at timestamptz,
    ADD COLUMN confirmed_at timestamptz,
    ADD CONSTRAINT phones_doubt CHECK (doubt IN ('withdrawn', 'denied', 'looked_up')) NOT VALID;
COMMENT ON COLUMN phones.doubt IS
    'Why it may be another person''s by now: its operator withdrew it, it said "not mine", or a look-up found no mobile. NULL: no reason is known.';
COMMENT ON COLUMN phones.confirmed_at IS
    'When the telephone, asked because it was in doubt, wrote that the article is for the person who has it.';

CREATE TABLE withdrawn_numbers (
    phone phone PRIMARY KEY,
    withdrawn_on date NOT NULL
);
COMMENT ON TABLE withdrawn_numbers IS
    'postal/people: Numbers that operators withdrew, as the department''s lists (MNRL) say. After some 90 days they are given out again.';

CREATE TABLE number_lookups (
    phone phone PRIMARY KEY,
    article_id bigint NOT NULL,
    asked_at timestamptz NOT NULL,
    attempts smallint NOT NULL DEFAULT 1,
    answered_at timestamptz,
    line text CHECK (line IN ('mobile', 'landline', 'unused', 'unknown')),
    operator text,
    do_not_disturb boolean
);
COMMENT ON TABLE number_lookups IS
    'postal/people: What a service for look-ups said of the telephones of booked articles, the last time.';
COMMENT ON COLUMN number_lookups.article_id IS
    'The article whose booking led to it. Not a foreign key: the highest says how far bookings were read.';
COMMENT ON COLUMN number_lookups.asked_at IS
    'When it was claimed last; without an answer it is asked again a minute later, three times at most.';
CREATE INDEX number_lookups_article ON number_lookups (article_id);
COMMENT ON INDEX number_lookups_article IS
    'postal/people/lookups.py: how far bookings were read.';
CREATE INDEX number_lookups_open ON number_lookups (asked_at) WHERE answered_at IS NULL;
COMMENT ON INDEX number_lookups_open IS
    'postal/people/lookups.py: what waits for an answer.';
