-- postal/desk: a form of a ticket that is sent twice makes one note.

ALTER TABLE ticket_notes ADD COLUMN once uuid;
CREATE UNIQUE INDEX ticket_notes_once ON ticket_notes (once) WHERE once IS NOT NULL;
COMMENT ON COLUMN ticket_notes.once IS 'Of the form: a form that is sent twice makes one note.';
