-- postal: two people agree to hand out an article of several pieces, some of which are not there.
ALTER TABLE requests ADD COLUMN pieces_missing smallint[];
COMMENT ON COLUMN requests.pieces_missing IS
    'Of an article that is to be handed out on a document: the pieces, from 1, that are not there. NULL: all are.';
-- postal/reports: what was handed over on a household's word.
ALTER TABLE report_deliveries
    ADD COLUMN worded integer NOT NULL DEFAULT 0,
    ADD COLUMN worded_objected integer NOT NULL DEFAULT 0;
COMMENT ON COLUMN report_deliveries.worded IS 'Handed over on the word of who was at home.';
COMMENT ON COLUMN report_deliveries.worded_objected IS 'And the addressee says that it never came.';
