-- Looked for every second from the end of the delivery day on.
CREATE INDEX delivery_lists_unsummed ON delivery_lists (date) WHERE summed_at IS NULL;
