CREATE TABLE promised_windows (
    item_id bigint PRIMARY KEY,
    hour    smallint NOT NULL CHECK (hour BETWEEN 0 AND 23),
    made_at timestamptz NOT NULL
);
COMMENT ON TABLE promised_windows IS
    'postal: The three hours in which a postman was said to come, for what the reports make of it.';
COMMENT ON COLUMN promised_windows.item_id IS 'The row of delivery_items.';
COMMENT ON COLUMN promised_windows.hour IS 'From this hour on, in India.';
