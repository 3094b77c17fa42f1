-- outbox: what we say is compressed with a dictionary of the catalogue's texts; the rows of before stay as
-- they are. A row that changes while it is sent is written again each time its page is full: it is narrow.

ALTER TABLE messages ADD COLUMN said bytea;
COMMENT ON COLUMN messages.said IS
    'Of a message of ours: the number of a dictionary (store/phrases), then the values of its variables and its '
    'words, without the code, in zstd (store/wording.py). NULL: they are in variables and body, or were purged.';
COMMENT ON COLUMN messages.body IS
    'Codes are masked as ••••••, inbound and outbound. Empty after the retention period, and where it is in said.';
COMMENT ON COLUMN messages.variables IS
    'Values of the template''s variables, without the code. NULL: none, or they are in said.';
