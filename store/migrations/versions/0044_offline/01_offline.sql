-- postal/lists: handed over without network, on the code and the three digits of the slip.
ALTER TABLE delivery_items DROP CONSTRAINT delivery_items_proof_check;
ALTER TABLE delivery_items ADD CONSTRAINT delivery_items_proof_check
    CHECK (proof IN ('code', 'signature', 'exception', 'offline')) NOT VALID;

-- postal: which place on which list a code is for; its three digits are derived from that place.
ALTER TABLE codes ADD COLUMN item_id bigint;
ALTER TABLE codes ADD COLUMN check_key integer;
COMMENT ON COLUMN codes.item_id IS
    'The place on a postman''s list for which it was issued (delivery_items.id). NULL: for the window, '
    'or of before the offline check.';
COMMENT ON COLUMN codes.check_key IS
    'Number of the key of the three digits beside it (postal/checks.py): that of the list''s day, so '
    'that slip and text show the same.';

-- postal: a postman says that he handed an article over without network.
CREATE TABLE offline_claims (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    article_id bigint NOT NULL REFERENCES articles,
    postman_id bigint NOT NULL REFERENCES staff,
    office_id  bigint NOT NULL REFERENCES offices,
    day        date NOT NULL,
    at         timestamptz NOT NULL,
    said       smallint NOT NULL DEFAULT 1 CHECK (said > 0),
    why        text,
    outcome    text NOT NULL CHECK (outcome IN ('stands', 'unproven', 'settled', 'undone')),
    ended_at   timestamptz,
    CHECK ((outcome = 'unproven') = (ended_at IS NULL))
);
COMMENT ON TABLE offline_claims IS
    'postal: What a postman said that he handed over without network, once for each article and day.';
COMMENT ON COLUMN offline_claims.said IS 'How often he said so that day.';
COMMENT ON COLUMN offline_claims.why IS
    'Why nothing proved it when he said so last; NULL: code and digits were right at once.';
COMMENT ON COLUMN offline_claims.outcome IS
    'stands: code and digits were right. unproven: they were not, or it may not be done so. settled: '
    'the code proved the handover afterwards. undone: taken back within two minutes.';
CREATE UNIQUE INDEX offline_claims_article ON offline_claims (article_id, postman_id, day);
COMMENT ON INDEX offline_claims_article IS 'postal/article_rows.py, postal/acts/offline.py';
CREATE INDEX offline_claims_postman ON offline_claims (postman_id, day);
COMMENT ON INDEX offline_claims_postman IS 'postal/offline.py';
CREATE INDEX offline_claims_office ON offline_claims (office_id, day);
COMMENT ON INDEX offline_claims_office IS 'postal/offline.py';
