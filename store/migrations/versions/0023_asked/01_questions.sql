-- postal/desk: a person whose ticket was closed is asked whether that helped.

CREATE TABLE ticket_questions (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    ticket_id   bigint NOT NULL REFERENCES tickets,
    due_at      timestamptz NOT NULL,
    give_up_at  timestamptz NOT NULL CHECK (give_up_at > due_at),
    asked_at    timestamptz,
    dropped_at  timestamptz,
    helped      boolean,
    answered_at timestamptz,
    CHECK (asked_at IS NULL OR dropped_at IS NULL),
    CHECK ((helped IS NULL) = (answered_at IS NULL)),
    CHECK (helped IS NULL OR asked_at IS NOT NULL)
);
COMMENT ON TABLE ticket_questions IS
    'postal/desk: "Did that help?", asked of whoever raised a closed ticket, and the answer. No telephone: the ticket has it.';
COMMENT ON COLUMN ticket_questions.due_at IS 'From when it may be asked: not at night, and not beside a question about post.';
COMMENT ON COLUMN ticket_questions.give_up_at IS 'Later it is not asked any more.';
COMMENT ON COLUMN ticket_questions.dropped_at IS 'When it was found that nobody is to be asked: the ticket is open again, or it is too late.';
CREATE INDEX ticket_questions_ticket ON ticket_questions (ticket_id, id);
CREATE INDEX ticket_questions_due ON ticket_questions (due_at) WHERE asked_at IS NULL AND dropped_at IS NULL;
CREATE INDEX ticket_questions_asked ON ticket_questions (asked_at) WHERE asked_at IS NOT NULL;

ALTER TABLE ticket_notes ALTER COLUMN staff_id DROP NOT NULL;
ALTER TABLE ticket_notes DROP CONSTRAINT ticket_notes_did_check;
ALTER TABLE ticket_notes ADD CONSTRAINT ticket_notes_did_check CHECK (did IN
    ('noted', 'took', 'put_back', 'handed_over', 'closed', 'reopened', 'came_back',
     'helped', 'not_helped', 'wrote'));
ALTER TABLE ticket_notes ADD CONSTRAINT ticket_notes_by CHECK
    ((staff_id IS NULL) = (did IN ('helped', 'not_helped', 'wrote')));
COMMENT ON COLUMN ticket_notes.staff_id IS 'NULL: whoever raised the ticket, by text.';

ALTER TABLE conversations DROP CONSTRAINT conversations_machine_check;
ALTER TABLE conversations ADD CONSTRAINT conversations_machine_check CHECK (machine IN
    ('recipient', 'postman', 'new_phone', 'sender', 'office', 'stranger', 'article', 'move',
     'recall', 'offer', 'helped', 'ussd'));
