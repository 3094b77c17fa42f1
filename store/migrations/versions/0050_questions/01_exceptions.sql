-- postal: an agreement counts for the place on the list at which it was asked, and whoever has the
-- telephone may say no to it. Not validated: each admits all that the one before did.
ALTER TABLE exceptions ADD COLUMN item_id bigint;
COMMENT ON COLUMN exceptions.item_id IS
    'The article''s place on a list when it was asked: on another one nothing is agreed. NULL: asked by a release that did not keep it.';
ALTER TABLE exceptions DROP CONSTRAINT exceptions_outcome_check;
ALTER TABLE exceptions ADD CONSTRAINT exceptions_outcome_check CHECK (outcome IN
    ('used', 'undone', 'refused', 'denied', 'lapsed', 'unused', 'over', 'moved')) NOT VALID;
COMMENT ON COLUMN exceptions.outcome IS
    'used: handed over without the code. undone: and taken back. refused, lapsed: no agreement. '
    'denied: whoever has the telephone said no. '
    'unused: not handed over in time. over: the article was another case by then. '
    'moved: the office agreed to the other telephone.';
