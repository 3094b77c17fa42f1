-- postal/office: what arrived, who carries it, what came back, the cash, the end of the day.
-- Who did it is staff_id, or token_id where software did.

CREATE TABLE arrivals (
    office_id bigint NOT NULL REFERENCES offices,
    number   text NOT NULL CHECK (number ~ '^[A-Z]{2}[0-9]{9}IN$'),
    article_id bigint REFERENCES articles,
    kind     text NOT NULL CHECK (kind IN ('here', 'missent', 'unknown')),
    at       timestamptz NOT NULL,
    staff_id bigint REFERENCES staff,
    token_id bigint REFERENCES tokens,
    PRIMARY KEY (office_id, number),
    CHECK ((article_id IS NULL) = (kind = 'unknown')),
    CHECK ((staff_id IS NULL) <> (token_id IS NULL))
);
COMMENT ON TABLE arrivals IS
    'postal/office: Articles that were scanned when they arrived at an office, each number once.';
COMMENT ON COLUMN arrivals.article_id IS 'NULL: nobody has booked it.';
CREATE INDEX arrivals_latest ON arrivals (office_id, at);
CREATE INDEX arrivals_article ON arrivals (article_id) WHERE article_id IS NOT NULL;

CREATE TABLE list_drafts (
    office_id bigint PRIMARY KEY REFERENCES offices,
    version  bigint NOT NULL DEFAULT 0,
    changed_at timestamptz,
    changed_by bigint REFERENCES staff
);
COMMENT ON TABLE list_drafts IS
    'postal/office: The draft of an office''s delivery lists, until they are sent out.';
COMMENT ON COLUMN list_drafts.version IS
    'Incremented by every change: a page that shows an older draft cannot overwrite a newer one.';

CREATE TABLE draft_places (
    article_id bigint PRIMARY KEY REFERENCES articles,
    office_id bigint NOT NULL REFERENCES list_drafts,
    postman_id bigint NOT NULL REFERENCES staff,
    place    integer NOT NULL CHECK (place > 0),
    UNIQUE (office_id, postman_id, place) DEFERRABLE INITIALLY DEFERRED
);
COMMENT ON TABLE draft_places IS
    'postal/office: Which postman carries an article of the draft, and in which order.';
COMMENT ON COLUMN draft_places.place IS
    'In walking order. Unique at commit only, so that places can be swapped.';

CREATE TABLE check_ins (
    item_id  bigint PRIMARY KEY REFERENCES delivery_items,
    at       timestamptz NOT NULL,
    staff_id bigint REFERENCES staff,
    token_id bigint REFERENCES tokens,
    late     boolean NOT NULL,
    CHECK ((staff_id IS NULL) <> (token_id IS NULL))
);
COMMENT ON TABLE check_ins IS
    'postal/office: Articles that the office took from the returning postman and that were '
    'physically there. Append-only.';
COMMENT ON COLUMN check_ins.late IS 'The list was already closed.';
CREATE TRIGGER check_ins_append_only BEFORE UPDATE OR DELETE ON check_ins
    FOR EACH ROW EXECUTE FUNCTION append_only();

CREATE TABLE list_closings (
    list_id  bigint PRIMARY KEY REFERENCES delivery_lists,
    at       timestamptz NOT NULL,
    staff_id bigint REFERENCES staff,
    token_id bigint REFERENCES tokens,
    delivered integer NOT NULL,
    remarked integer NOT NULL,
    unvisited integer NOT NULL,
    missing  integer NOT NULL,
    cash_paise bigint NOT NULL,
    upi_paise bigint NOT NULL,
    note     text,
    CHECK (missing = 0 OR note IS NOT NULL),
    CHECK ((staff_id IS NULL) <> (token_id IS NULL))
);
COMMENT ON TABLE list_closings IS
    'postal/office: The figures of a delivery list when the office closed it. Append-only.';
COMMENT ON COLUMN list_closings.remarked IS 'Articles that came back with a remark.';
COMMENT ON COLUMN list_closings.unvisited IS 'Articles that came back without a remark.';
COMMENT ON COLUMN list_closings.missing IS 'Articles that the postman still has.';
COMMENT ON COLUMN list_closings.cash_paise IS 'Cash on delivery, as the postman reported it.';
COMMENT ON COLUMN list_closings.note IS 'Why something is missing.';
CREATE TRIGGER list_closings_append_only BEFORE UPDATE OR DELETE ON list_closings
    FOR EACH ROW EXECUTE FUNCTION append_only();

CREATE TABLE office_closings (
    office_id bigint NOT NULL REFERENCES offices,
    day      date NOT NULL,
    at       timestamptz NOT NULL,
    staff_id bigint REFERENCES staff,
    token_id bigint REFERENCES tokens,
    lists    integer NOT NULL,
    cash_open_lists integer NOT NULL DEFAULT 0,
    cash_open_paise bigint NOT NULL DEFAULT 0,
    explanation text,
    PRIMARY KEY (office_id, day),
    CHECK ((staff_id IS NULL) <> (token_id IS NULL)),
    CHECK (cash_open_lists = 0 OR explanation IS NOT NULL)
);
COMMENT ON TABLE office_closings IS
    'postal/office: Days that an office closed. Append-only.';
COMMENT ON COLUMN office_closings.day IS 'In Asia/Kolkata.';
COMMENT ON COLUMN office_closings.cash_open_lists IS
    'Lists whose postmen had not handed in their cash when the day was closed.';
COMMENT ON COLUMN office_closings.explanation IS 'Why cash was not handed in.';
CREATE TRIGGER office_closings_append_only BEFORE UPDATE OR DELETE ON office_closings
    FOR EACH ROW EXECUTE FUNCTION append_only();

CREATE TABLE cod_handings (
    id       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    once     uuid NOT NULL UNIQUE,
    list_id  bigint NOT NULL REFERENCES delivery_lists,
    at       timestamptz NOT NULL,
    staff_id bigint REFERENCES staff,
    token_id bigint REFERENCES tokens,
    expected_paise bigint NOT NULL,
    counted_paise bigint NOT NULL,
    explanation text,
    corrects bigint REFERENCES cod_handings,
    ledger_id bigint NOT NULL REFERENCES ledger,
    CHECK (counted_paise = expected_paise OR explanation IS NOT NULL),
    CHECK (corrects IS NULL OR expected_paise = 0),
    CHECK ((staff_id IS NULL) <> (token_id IS NULL))
);
COMMENT ON TABLE cod_handings IS
    'postal/office: Cash on delivery that a postman handed in and the office counted. Append-only: a '
    'correction is a new row.';
COMMENT ON COLUMN cod_handings.once IS 'Of the form: a form that is sent twice makes one row.';
COMMENT ON COLUMN cod_handings.staff_id IS 'Who counted.';
COMMENT ON COLUMN cod_handings.expected_paise IS 'What the list still owed; 0 for a correction.';
COMMENT ON COLUMN cod_handings.explanation IS 'Of the difference.';
CREATE INDEX cod_handings_list ON cod_handings (list_id, id);
CREATE TRIGGER cod_handings_append_only BEFORE UPDATE OR DELETE ON cod_handings
    FOR EACH ROW EXECUTE FUNCTION append_only();
