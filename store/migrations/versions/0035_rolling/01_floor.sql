-- While a release is rolled out, processes of the one before meet a schema that they do not know. Whether
-- they may run on it only the database can tell them.
ALTER TABLE alembic_version ADD COLUMN floor text;
COMMENT ON COLUMN alembic_version.floor IS
    'store: the last migration that was no expand; code that does not know it must not run here.';
UPDATE alembic_version SET floor = '0033_narrow';
