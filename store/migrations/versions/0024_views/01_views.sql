-- postal/desk: what an agent looks at in the queue, under a name.

CREATE TABLE ticket_views (
    id       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    staff_id bigint NOT NULL REFERENCES staff,
    name     text NOT NULL CHECK (name <> '' AND length(name) <= 40),
    whose    text NOT NULL DEFAULT '' CHECK (whose IN ('', 'mine', 'nobodys')),
    kind     text NOT NULL DEFAULT '',
    state    text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'closed')),
    sort     text NOT NULL DEFAULT 'urgent',
    shared   boolean NOT NULL DEFAULT false
);
COMMENT ON TABLE ticket_views IS
    'postal/desk: a selection of the queue of tickets and its order, under a name. No person''s data.';
COMMENT ON COLUMN ticket_views.staff_id IS 'Whose it is: who renames and removes it.';
COMMENT ON COLUMN ticket_views.whose IS 'mine: of whoever opens the view; nobodys; empty: anybody''s.';
COMMENT ON COLUMN ticket_views.kind IS 'Of the tickets; empty: any.';
COMMENT ON COLUMN ticket_views.shared IS 'Shown to everybody who works on tickets.';
CREATE UNIQUE INDEX ticket_views_name ON ticket_views (staff_id, lower(name));
CREATE INDEX ticket_views_shared ON ticket_views (id) WHERE shared;
