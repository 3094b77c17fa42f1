-- Files of articles and of delivery lists. Their rows are kept until they are done, no longer.
CREATE TABLE imports (
    id       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    -- reading: the file, as it came · checking: row by row · checked: a person decides
    state    text NOT NULL DEFAULT 'reading' CHECK (state IN
             ('reading', 'checking', 'checked', 'importing', 'done', 'cancelled', 'refused')),
    kind     text CHECK (kind IN ('articles', 'lists')),    -- NULL: not read yet
    file_name text NOT NULL CHECK (length(file_name) <= 200),
    digest   bytea NOT NULL CHECK (octet_length(digest) = 32),      -- SHA-256 of the file
    bytes    integer NOT NULL CHECK (bytes >= 0),
    office_id bigint REFERENCES offices,           -- NULL: an operator's or software's, of no office
    staff_id bigint REFERENCES staff,
    token_id bigint REFERENCES tokens,
    encoding text,                                 -- how the file was read
    separator text,
    header   text[] NOT NULL DEFAULT '{}',         -- as it stands in the file
    columns  text[] NOT NULL DEFAULT '{}',         -- the field of each column; '' for what is not used
    refusal  text,                                 -- why the whole file cannot be read
    refused_at_line integer,
    refusal_detail text,
    rows     integer NOT NULL DEFAULT 0,
    checked  integer NOT NULL DEFAULT 0,
    bad      integer NOT NULL DEFAULT 0,           -- rows that cannot be taken
    held     integer NOT NULL DEFAULT 0,           -- good rows of a list with a bad one
    known    integer NOT NULL DEFAULT 0,           -- rows that were done before, exactly so
    imported integer NOT NULL DEFAULT 0,
    created_at timestamptz NOT NULL,
    checked_at timestamptz,
    started_at timestamptz,
    finished_at timestamptz,
    purged_at timestamptz,                         -- its rows were removed
    CHECK (staff_id IS NULL OR token_id IS NULL),
    CHECK ((state IN ('done', 'cancelled', 'refused')) = (finished_at IS NOT NULL)),
    CHECK ((state = 'refused') = (refusal IS NOT NULL))
);
CREATE INDEX imports_under_way ON imports (id) WHERE state IN ('reading', 'checking', 'importing');
CREATE INDEX imports_office ON imports (office_id, id);
CREATE INDEX imports_kept ON imports (created_at) WHERE purged_at IS NULL;
-- The same file twice at once, by a double click or a second colleague, is one import.
CREATE UNIQUE INDEX imports_open_once ON imports
    (digest, coalesce(office_id, 0), coalesce(token_id, 0)) WHERE finished_at IS NULL;

-- The file in pieces, gone as soon as it is read.
CREATE TABLE import_pieces (
    import_id bigint NOT NULL REFERENCES imports ON DELETE CASCADE,
    position integer NOT NULL,
    content  bytea NOT NULL,
    PRIMARY KEY (import_id, position)
);

CREATE TABLE import_rows (
    import_id bigint NOT NULL REFERENCES imports ON DELETE CASCADE,
    line     integer NOT NULL,                     -- in the file, where the row begins
    -- new: not looked at · read: waits for the other rows of its list · good: can be done ·
    -- held: good, but not its list · known: done before · bad · done
    state    text NOT NULL DEFAULT 'new' CHECK (state IN
             ('new', 'read', 'good', 'held', 'known', 'bad', 'done')),
    cells    text[] NOT NULL,                      -- as in the file; '{}' when it is done
    number   text,                                 -- the article's
    unit     text,                                 -- the list: its postman's staff id
    faults   jsonb NOT NULL DEFAULT '[]',          -- [column, reason, detail] each
    PRIMARY KEY (import_id, line)
);
CREATE INDEX import_rows_state ON import_rows (import_id, state, line);
CREATE INDEX import_rows_number ON import_rows (import_id, number) WHERE number IS NOT NULL;
CREATE INDEX import_rows_unit ON import_rows (import_id, unit, line) WHERE unit IS NOT NULL;

-- Whether a row of a file, kept as it came, holds a telephone (E.164) in whatever notation.
CREATE FUNCTION names_phone(cells text[], phone text) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$
    SELECT regexp_replace(
               translate(array_to_string(cells, ' '), '०१२३४५६७८९', '0123456789'),
               '[^0-9]', '', 'g')
           LIKE '%' || right(ltrim(phone, '+'), 10) || '%'
$$;
