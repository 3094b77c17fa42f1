-- Since when an order to give a sum back may lie at the provider. While it does, no call's refusal
-- releases the sum: only the provider's last word on the order (postal/counter/refunds.py).
ALTER TABLE credits ADD COLUMN refund_out_at timestamptz;
UPDATE credits SET refund_out_at = refund_asked_at
WHERE state = 'refund_due' AND refund_way = 'provider';
ALTER TABLE credits ADD CHECK (refund_out_at IS NULL OR refund_way IS NOT DISTINCT FROM 'provider');

-- The last entry of the figures that were signed at the close. Clocks do not order what waits for a
-- lock: a correction made meanwhile is told apart by its number.
ALTER TABLE counter_days ADD COLUMN last_entry bigint REFERENCES ledger;
UPDATE counter_days d SET last_entry =
    (SELECT max(l.id) FROM ledger l WHERE l.counter_day_id = d.id AND l.at <= d.closed_at)
WHERE closed_at IS NOT NULL;
ALTER TABLE counter_days ADD CHECK ((closed_at IS NULL) = (last_entry IS NULL));

-- COD of one article: by UPI at the door, where list_id says whose, or paid at the window.
ALTER TABLE ledger ADD COLUMN article_id bigint REFERENCES articles;
CREATE INDEX ledger_article ON ledger (article_id) WHERE article_id IS NOT NULL;
CREATE INDEX ledger_corrects ON ledger (corrects) WHERE corrects IS NOT NULL;

-- Cash that postmen had not handed in when the office's day was closed, and why.
ALTER TABLE office_closings
    ADD COLUMN cash_open_lists integer NOT NULL DEFAULT 0,
    ADD COLUMN cash_open_paise bigint NOT NULL DEFAULT 0,
    ADD COLUMN explanation text,
    ADD CHECK (cash_open_lists = 0 OR explanation IS NOT NULL);
