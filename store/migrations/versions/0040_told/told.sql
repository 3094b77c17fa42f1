-- outbox: a carrier's own stamp beside ours. Some tell local time as UTC: the figures find the constant
-- difference and take it off (postal/desk/carrier_clocks.py).

ALTER TABLE messages ADD COLUMN told_at timestamptz;
COMMENT ON COLUMN messages.told_at IS
    'When it arrived, as its carrier said, by the carrier''s own clock. NULL: the carrier says no time.';
