-- postal/desk: tickets that come back to the queue by themselves.

ALTER TABLE ticket_notes DROP CONSTRAINT ticket_notes_did_check;
ALTER TABLE ticket_notes ADD CONSTRAINT ticket_notes_did_check CHECK (did IN
    ('noted', 'took', 'put_back', 'handed_over', 'closed', 'reopened', 'came_back'));
COMMENT ON COLUMN ticket_notes.did IS
    'came_back: whoever had it was away for half an hour, so it is in the queue again.';
CREATE INDEX tickets_assigned ON tickets (assigned_to) WHERE closed_at IS NULL AND assigned_to IS NOT NULL;
