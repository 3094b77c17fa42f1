-- store: the conversation about what a postman offers to colleagues.

ALTER TABLE conversations DROP CONSTRAINT conversations_machine_check;
ALTER TABLE conversations ADD CONSTRAINT conversations_machine_check CHECK (machine IN
    ('recipient', 'postman', 'new_phone', 'sender', 'office', 'stranger', 'article', 'move',
     'recall', 'offer', 'ussd'));
