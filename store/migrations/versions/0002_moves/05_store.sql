-- store: the conversations about an article's move and its recall; how each sprint was proven.

ALTER TABLE conversations DROP CONSTRAINT conversations_machine_check;
ALTER TABLE conversations DROP CONSTRAINT conversations_check;
ALTER TABLE conversations ADD CONSTRAINT conversations_machine_check CHECK (machine IN
    ('recipient', 'postman', 'new_phone', 'sender', 'office', 'stranger', 'article', 'move',
     'recall', 'ussd'));
ALTER TABLE conversations ADD CONSTRAINT conversations_check CHECK
    (whose ~ '^\+[1-9][0-9]{6,14}$'
     OR (machine IN ('article', 'move', 'recall') AND whose ~ '^[A-Z]{2}[0-9]{9}[A-Z]{2}$'));
COMMENT ON COLUMN conversations.whose IS
    'A telephone in E.164, or the number of the article that runs "article", "move" or "recall".';

ALTER TABLE sprints ADD COLUMN proof text
    CHECK (proof IN ('call', 'text', 'quoted', 'pin', 'fresh', 'two'));
COMMENT ON COLUMN sprints.proof IS
    'How it was proven who brought the event. NULL: nobody did (a time limit, software).';
