-- store: the article's conversation about an exception. Not validated: each admits all of before.
ALTER TABLE conversations DROP CONSTRAINT conversations_machine_check;
ALTER TABLE conversations ADD CONSTRAINT conversations_machine_check CHECK (machine IN
    ('recipient', 'postman', 'new_phone', 'sender', 'office', 'stranger', 'article', 'move',
     'recall', 'exception', 'offer', 'helped', 'ussd')) NOT VALID;
ALTER TABLE conversations DROP CONSTRAINT conversations_check;
ALTER TABLE conversations ADD CONSTRAINT conversations_check CHECK
    (whose ~ '^\+[1-9][0-9]{6,14}$'
     OR (machine IN ('article', 'move', 'recall', 'exception')
         AND whose ~ '^[A-Z]{2}[0-9]{9}[A-Z]{2}$')) NOT VALID;
