-- outbox: which carriers were asked what they received for us.

ALTER TABLE carriers ADD COLUMN listed_at timestamptz, ADD COLUMN listed_to timestamptz;
COMMENT ON COLUMN carriers.listed_at IS 'When it was last asked which texts it received for us.';
COMMENT ON COLUMN carriers.listed_to IS 'The texts that it received before are known.';
