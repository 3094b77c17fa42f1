-- postal: two people agree to hand out an article of several pieces, some of which are not there.
ALTER TABLE requests ADD COLUMN pieces_missing smallint[];
COMMENT ON COLUMN requests.pieces_missing IS
    'Of an article that is to be handed out on a document: the pieces, from 1, that are not there. NULL: all are.';
