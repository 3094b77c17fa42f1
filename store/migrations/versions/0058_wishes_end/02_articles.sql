-- postal: what waits at the office by a wish for all post is brought again when that wish ends.
ALTER TABLE articles ADD COLUMN kept_by_wish boolean NOT NULL DEFAULT false;
COMMENT ON COLUMN articles.kept_by_wish IS
    'It waits at the office because its addressee wished that of all his post, and for no other reason.';
