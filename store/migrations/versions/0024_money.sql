-- Since when an order to give a sum back may lie at the provider. While it does, no call's refusal
-- releases the sum: only the provider's last word on the order (postal/counter/refunds.py).
ALTER TABLE credits ADD COLUMN refund_out_at timestamptz;
UPDATE credits SET refund_out_at = refund_asked_at
WHERE state = 'refund_due' AND refund_way = 'provider';
ALTER TABLE credits ADD CHECK (refund_out_at IS NULL OR refund_way IS NOT DISTINCT FROM 'provider');
