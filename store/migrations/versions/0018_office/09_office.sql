-- postal/office: outages and what was typed from the slips, every scan, the steps of a draft.

CREATE TABLE paper_days (
    id       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    office_id bigint NOT NULL REFERENCES offices,
    from_at  timestamptz NOT NULL,
    until_at timestamptz NOT NULL,
    reason   text NOT NULL CHECK (length(reason) BETWEEN 1 AND 300),
    texts    integer NOT NULL,
    at       timestamptz NOT NULL,
    staff_id bigint NOT NULL REFERENCES staff,
    CHECK (from_at < until_at AND until_at <= at)
);
COMMENT ON TABLE paper_days IS
    'postal/office: Outages for which somebody vouches: within their times, what postmen wrote on their '
    'slips is judged by the codes of that time. Append-only.';
COMMENT ON COLUMN paper_days.texts IS
    'How many texts of the office''s postmen came in that time all the same: many speak against an outage.';
COMMENT ON COLUMN paper_days.staff_id IS 'Who vouches, and types none of these slips.';
CREATE INDEX paper_days_office ON paper_days (office_id, from_at);

CREATE TABLE paper_lines (
    id       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    once     uuid NOT NULL UNIQUE,
    paper_day_id bigint NOT NULL REFERENCES paper_days,
    list_id  bigint NOT NULL REFERENCES delivery_lists,
    article_id bigint NOT NULL REFERENCES articles,
    serial   smallint NOT NULL,
    said_at  timestamptz NOT NULL,
    payment  text CHECK (payment IN ('cash', 'upi')),
    outcome  text NOT NULL CHECK (outcome IN ('handed_over', 'done', 'kept', 'closed', 'disputed',
                                              'document', 'fraud', 'locked')),
    at       timestamptz NOT NULL,
    staff_id bigint NOT NULL REFERENCES staff
);
COMMENT ON TABLE paper_lines IS
    'postal/office: Lines of slips as they were typed, without their codes, and what came of each. '
    'Append-only.';
COMMENT ON COLUMN paper_lines.once IS 'Of the form: a line that is sent twice is judged once.';
COMMENT ON COLUMN paper_lines.said_at IS 'The time on the slip.';
COMMENT ON COLUMN paper_lines.outcome IS
    'handed_over; done: it was handed over before. Of all others a ticket is open. kept: the code fits no '
    'code of that time, or one that counts no more; which of these is in the sprint alone.';
CREATE INDEX paper_lines_list ON paper_lines (list_id, id);
CREATE INDEX paper_lines_article ON paper_lines (article_id);
CREATE INDEX paper_lines_day ON paper_lines (paper_day_id);

CREATE TABLE scans (
    id       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    office_id bigint NOT NULL REFERENCES offices,
    at       timestamptz NOT NULL,
    typed    text NOT NULL CHECK (length(typed) <= 64),
    answer   text NOT NULL CHECK (length(answer) BETWEEN 1 AND 20),
    article_id bigint REFERENCES articles,
    staff_id bigint REFERENCES staff,
    token_id bigint REFERENCES tokens,
    CHECK ((staff_id IS NULL) <> (token_id IS NULL))
);
COMMENT ON TABLE scans IS
    'postal/office: Every scan of an arriving article and its answer, also of what could not be read, was '
    'scanned before or is not booked. Kept for thirty days.';
COMMENT ON COLUMN scans.typed IS 'As it was scanned, with telephone numbers masked.';
CREATE INDEX scans_office ON scans (office_id, id);
CREATE INDEX scans_at ON scans (at);
CREATE INDEX scans_article ON scans (article_id) WHERE article_id IS NOT NULL;

CREATE TABLE draft_steps (
    office_id bigint NOT NULL REFERENCES list_drafts,
    version  bigint NOT NULL,
    moved    integer NOT NULL CHECK (moved > 0),
    article_ids bigint[] NOT NULL,
    postman_ids bigint[] NOT NULL,
    at       timestamptz NOT NULL,
    staff_id bigint REFERENCES staff,
    PRIMARY KEY (office_id, version),
    CHECK (cardinality(article_ids) = cardinality(postman_ids))
);
COMMENT ON TABLE draft_steps IS
    'postal/office: The draft as it was before each of its last changes, to undo them one by one.';
COMMENT ON COLUMN draft_steps.version IS 'Of the draft after the change.';
COMMENT ON COLUMN draft_steps.moved IS 'How many articles the change moved.';
COMMENT ON COLUMN draft_steps.article_ids IS 'All articles on a beat, in walking order, beat by beat.';
