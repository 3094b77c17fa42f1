-- imports: files of articles and of delivery lists. Their rows are kept until they are imported.

CREATE TABLE imports (
    id       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    state    text NOT NULL DEFAULT 'reading' CHECK (state IN
             ('reading', 'checking', 'checked', 'importing', 'done', 'cancelled', 'refused')),
    kind     text CHECK (kind IN ('articles', 'lists')),
    file_name text NOT NULL CHECK (length(file_name) <= 200),
    digest   bytea NOT NULL CHECK (octet_length(digest) = 32),
    bytes    integer NOT NULL CHECK (bytes >= 0),
    office_id bigint REFERENCES offices,
    staff_id bigint REFERENCES staff,
    token_id bigint REFERENCES tokens,
    encoding text,
    separator text,
    header   text[] NOT NULL DEFAULT '{}',
    columns  text[] NOT NULL DEFAULT '{}',
    refusal  text,
    refused_at_line integer,
    refusal_detail text,
    rows     integer NOT NULL DEFAULT 0,
    checked  integer NOT NULL DEFAULT 0,
    bad      integer NOT NULL DEFAULT 0,
    held     integer NOT NULL DEFAULT 0,
    known    integer NOT NULL DEFAULT 0,
    imported integer NOT NULL DEFAULT 0,
    created_at timestamptz NOT NULL,
    checked_at timestamptz,
    started_at timestamptz,
    finished_at timestamptz,
    purged_at timestamptz,
    CHECK (staff_id IS NULL OR token_id IS NULL),
    CHECK ((state IN ('done', 'cancelled', 'refused')) = (finished_at IS NOT NULL)),
    CHECK ((state = 'refused') = (refusal IS NOT NULL))
);
COMMENT ON TABLE imports IS 'imports: Files of articles or delivery lists, and how far each has come.';
COMMENT ON COLUMN imports.state IS
    'reading: the file as it came; checking: row by row; checked: a person decides.';
COMMENT ON COLUMN imports.kind IS 'NULL: not read yet.';
COMMENT ON COLUMN imports.digest IS 'SHA-256 of the file.';
COMMENT ON COLUMN imports.office_id IS 'NULL: imported by an operator or by software, for no office.';
COMMENT ON COLUMN imports.header IS 'The names of the columns as the file has them.';
COMMENT ON COLUMN imports.columns IS 'The field that each column fills; empty where it is not used.';
COMMENT ON COLUMN imports.refusal IS 'Why the whole file cannot be read.';
COMMENT ON COLUMN imports.bad IS 'Rows that cannot be imported.';
COMMENT ON COLUMN imports.held IS 'Good rows of a list that has a bad one.';
COMMENT ON COLUMN imports.known IS 'Rows that were imported before with the same values.';
COMMENT ON COLUMN imports.purged_at IS 'When its rows were removed.';
CREATE INDEX imports_under_way ON imports (id) WHERE state IN ('reading', 'checking', 'importing');
CREATE INDEX imports_office ON imports (office_id, id);
CREATE INDEX imports_kept ON imports (created_at) WHERE purged_at IS NULL;
CREATE UNIQUE INDEX imports_open_once ON imports
    (digest, coalesce(office_id, 0), coalesce(token_id, 0)) WHERE finished_at IS NULL;
COMMENT ON INDEX imports_open_once IS
    'A file that is sent twice at once, by a double click or by a colleague, is one import.';

CREATE TABLE import_pieces (
    import_id bigint NOT NULL REFERENCES imports ON DELETE CASCADE,
    position integer NOT NULL,
    content  bytea NOT NULL,
    PRIMARY KEY (import_id, position)
);
COMMENT ON TABLE import_pieces IS 'imports: The file in pieces; deleted as soon as it is read.';

CREATE TABLE import_rows (
    import_id bigint NOT NULL REFERENCES imports ON DELETE CASCADE,
    line     integer NOT NULL,
    state    text NOT NULL DEFAULT 'new' CHECK (state IN
             ('new', 'read', 'good', 'held', 'known', 'bad', 'done')),
    cells    text[] NOT NULL,
    number   text,
    unit     text,
    faults   jsonb NOT NULL DEFAULT '[]',
    PRIMARY KEY (import_id, line)
);
COMMENT ON TABLE import_rows IS 'imports: The rows of a file, and what was found about each.';
COMMENT ON COLUMN import_rows.line IS 'The line of the file on which the row begins.';
COMMENT ON COLUMN import_rows.state IS
    'new: not checked; read: waits for the other rows of its list; good: can be imported; held: good, '
    'but its list is not; known: imported before; bad: cannot be imported; done: imported.';
COMMENT ON COLUMN import_rows.cells IS 'As in the file; empty when it is imported.';
COMMENT ON COLUMN import_rows.number IS 'The number of the article.';
COMMENT ON COLUMN import_rows.unit IS 'The list to which it belongs: the staff_id of its postman.';
COMMENT ON COLUMN import_rows.faults IS 'One [column, reason, detail] for each fault.';
CREATE INDEX import_rows_state ON import_rows (import_id, state, line);
CREATE INDEX import_rows_number ON import_rows (import_id, number) WHERE number IS NOT NULL;
CREATE INDEX import_rows_unit ON import_rows (import_id, unit, line) WHERE unit IS NOT NULL;

CREATE FUNCTION names_phone(cells text[], phone text) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$
    SELECT regexp_replace(
               translate(array_to_string(cells, ' '), '०१२३४५६७८९', '0123456789'),
               '[^0-9]', '', 'g')
           LIKE '%' || right(ltrim(phone, '+'), 10) || '%'
$$;
COMMENT ON FUNCTION names_phone(text[], text) IS
    'Whether a row of a file contains a telephone (E.164) in any notation, so that it can be removed.';
