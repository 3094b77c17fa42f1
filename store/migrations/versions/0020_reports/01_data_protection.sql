-- postal/privacy: what people ask of their data, and breaches, each with its clock.

CREATE TABLE data_requests (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    what       text NOT NULL CHECK (what IN ('see', 'correct', 'forget', 'complain')),
    phone      phone NOT NULL,
    identified text NOT NULL CHECK (identified IN ('telephone', 'document')),
    note       text NOT NULL DEFAULT '' CHECK (length(note) <= 500),
    asked_at   timestamptz NOT NULL,
    opened_by  bigint NOT NULL REFERENCES staff,
    due_at     timestamptz NOT NULL CHECK (due_at > asked_at),
    done_at    timestamptz,
    done_by    bigint REFERENCES staff,
    outcome    text CHECK (outcome IN ('done', 'refused', 'nothing_known')),
    answer     text NOT NULL DEFAULT '' CHECK (length(answer) <= 500),
    CHECK ((done_at IS NULL) = (outcome IS NULL)),
    CHECK (outcome IS DISTINCT FROM 'refused' OR answer <> '')
);
COMMENT ON TABLE data_requests IS
    'postal/privacy: What somebody asked about the own data (DPDP Act, sections 11 to 13), and by when it is answered.';
COMMENT ON COLUMN data_requests.phone IS 'Whose data it is about. A stand-in after the person was forgotten.';
COMMENT ON COLUMN data_requests.identified IS 'How it was known that it is that person: by the telephone itself, or by a document at an office.';
COMMENT ON COLUMN data_requests.done_by IS 'NULL: an operator''s command did it.';
CREATE UNIQUE INDEX one_open_data_request ON data_requests (what, phone) WHERE done_at IS NULL;
CREATE INDEX data_requests_due ON data_requests (due_at) WHERE done_at IS NULL;
CREATE INDEX data_requests_done ON data_requests (done_at) WHERE done_at IS NOT NULL;
CREATE INDEX data_requests_phone ON data_requests (phone);

CREATE TABLE data_breaches (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    what       text NOT NULL CHECK (what <> '' AND length(what) <= 1000),
    known_at   timestamptz NOT NULL,
    opened_by  bigint NOT NULL REFERENCES staff,
    due_at     timestamptz NOT NULL CHECK (due_at > known_at),
    board_at    timestamptz,
    people_at   timestamptz,
    report_at   timestamptz
);
COMMENT ON TABLE data_breaches IS
    'postal/privacy: A breach of personal data, and when the Board and the people were told (DPDP Rules 2025, rule 7).';
COMMENT ON COLUMN data_breaches.due_at IS 'When the detailed report is due: 72 hours after it was known.';
COMMENT ON COLUMN data_breaches.board_at IS 'When the Board was told of it, which is due without delay.';
COMMENT ON COLUMN data_breaches.people_at IS 'When those whom it concerns were told, which is due without delay.';
COMMENT ON COLUMN data_breaches.report_at IS 'When the Board had the detailed report.';
CREATE INDEX data_breaches_open ON data_breaches (due_at)
    WHERE board_at IS NULL OR people_at IS NULL OR report_at IS NULL;
