-- The delivery office: what arrived, who carries it, what came back, the cash, the end of the day.
-- Who did it: staff_id, or token_id where software did.

-- A beat is a postman's walk; clerks know it by its number in the office.
ALTER TABLE staff ADD COLUMN beat integer CHECK (beat > 0);
UPDATE staff s SET beat = n.beat FROM (
    SELECT id, row_number() OVER (PARTITION BY office_id ORDER BY staff_id) AS beat
    FROM staff WHERE role = 'postman') n
WHERE n.id = s.id;
CREATE UNIQUE INDEX staff_beat ON staff (office_id, beat);

ALTER TABLE articles ADD COLUMN remark_final_at timestamptz;  -- the office took the return

-- What was scanned at an office, each number once.
CREATE TABLE arrivals (
    office_id bigint NOT NULL REFERENCES offices,
    number   text NOT NULL CHECK (number ~ '^[A-Z]{2}[0-9]{9}IN$'),
    article_id bigint REFERENCES articles,         -- NULL: nobody has booked it
    kind     text NOT NULL CHECK (kind IN ('here', 'missent', 'unknown')),
    at       timestamptz NOT NULL,
    staff_id bigint REFERENCES staff,
    token_id bigint REFERENCES tokens,
    PRIMARY KEY (office_id, number),
    CHECK ((article_id IS NULL) = (kind = 'unknown')),
    CHECK ((staff_id IS NULL) <> (token_id IS NULL))
);
CREATE INDEX arrivals_latest ON arrivals (office_id, at);
CREATE INDEX arrivals_article ON arrivals (article_id) WHERE article_id IS NOT NULL;

-- An office's lists in the making: it lasts until what stands in it is sent out.
CREATE TABLE list_drafts (
    office_id bigint PRIMARY KEY REFERENCES offices,
    version  bigint NOT NULL DEFAULT 0,            -- one more with every change
    changed_at timestamptz,
    changed_by bigint REFERENCES staff
);
CREATE TABLE draft_places (
    article_id bigint PRIMARY KEY REFERENCES articles,
    office_id bigint NOT NULL REFERENCES list_drafts,
    postman_id bigint NOT NULL REFERENCES staff,
    place    integer NOT NULL CHECK (place > 0),   -- in walking order
    UNIQUE (office_id, postman_id, place) DEFERRABLE INITIALLY DEFERRED
);

-- What the office took from the postman when he came back: the article was really there.
CREATE TABLE check_ins (
    item_id  bigint PRIMARY KEY REFERENCES delivery_items,
    at       timestamptz NOT NULL,
    staff_id bigint REFERENCES staff,
    token_id bigint REFERENCES tokens,
    late     boolean NOT NULL,                     -- its list was closed by then
    CHECK ((staff_id IS NULL) <> (token_id IS NULL))
);
CREATE TRIGGER check_ins_append_only BEFORE UPDATE OR DELETE ON check_ins
    FOR EACH ROW EXECUTE FUNCTION append_only();

CREATE TABLE list_closings (
    list_id  bigint PRIMARY KEY REFERENCES delivery_lists,
    at       timestamptz NOT NULL,
    staff_id bigint REFERENCES staff,
    token_id bigint REFERENCES tokens,
    delivered integer NOT NULL,
    remarked integer NOT NULL,                     -- came back with a remark
    unvisited integer NOT NULL,                    -- came back without one
    missing  integer NOT NULL,                     -- with the postman still
    cash_paise bigint NOT NULL,                    -- COD, as the postman told it
    upi_paise bigint NOT NULL,
    note     text,                                 -- why something is missing
    CHECK (missing = 0 OR note IS NOT NULL),
    CHECK ((staff_id IS NULL) <> (token_id IS NULL))
);
CREATE TRIGGER list_closings_append_only BEFORE UPDATE OR DELETE ON list_closings
    FOR EACH ROW EXECUTE FUNCTION append_only();

CREATE TABLE office_closings (
    office_id bigint NOT NULL REFERENCES offices,
    day      date NOT NULL,                        -- in Asia/Kolkata
    at       timestamptz NOT NULL,
    staff_id bigint REFERENCES staff,
    token_id bigint REFERENCES tokens,
    lists    integer NOT NULL,
    PRIMARY KEY (office_id, day),
    CHECK ((staff_id IS NULL) <> (token_id IS NULL))
);
CREATE TRIGGER office_closings_append_only BEFORE UPDATE OR DELETE ON office_closings
    FOR EACH ROW EXECUTE FUNCTION append_only();

-- COD cash handed in by a postman, checked off: one row each time, a correction is a new row.
CREATE TABLE cod_handings (
    id       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    once     uuid NOT NULL UNIQUE,                 -- of the form: sent twice it makes one
    list_id  bigint NOT NULL REFERENCES delivery_lists,
    at       timestamptz NOT NULL,
    staff_id bigint REFERENCES staff,              -- who counted
    token_id bigint REFERENCES tokens,
    expected_paise bigint NOT NULL,                -- what was open of the list; 0: a correction
    counted_paise bigint NOT NULL,
    explanation text,                              -- of the difference
    corrects bigint REFERENCES cod_handings,
    ledger_id bigint NOT NULL REFERENCES ledger,
    CHECK (counted_paise = expected_paise OR explanation IS NOT NULL),
    CHECK (corrects IS NULL OR expected_paise = 0),
    CHECK ((staff_id IS NULL) <> (token_id IS NULL))
);
CREATE INDEX cod_handings_list ON cod_handings (list_id, id);
CREATE TRIGGER cod_handings_append_only BEFORE UPDATE OR DELETE ON cod_handings
    FOR EACH ROW EXECUTE FUNCTION append_only();

-- What the office's pages look for, found without reading a million rows.
CREATE INDEX delivery_items_paid ON delivery_items (list_id) WHERE payment IS NOT NULL;
CREATE INDEX articles_undelivered ON articles (recipient_pin)
    WHERE state IN ('attempted', 'at_office');
CREATE INDEX articles_going_back ON articles (recipient_pin, updated_at)
    WHERE state IN ('returned', 'recalled');
