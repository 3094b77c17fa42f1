-- outbox: which workers live, and how far the lists of carriers were read.

CREATE TABLE worker_leases (
    worker  integer PRIMARY KEY,
    since   timestamptz NOT NULL,
    seen_at timestamptz NOT NULL
) WITH (fillfactor = 50);
COMMENT ON TABLE worker_leases IS
    'outbox: processes that send, each renewed every second. When a row is old its process is gone.';
COMMENT ON COLUMN worker_leases.worker IS 'As in messages.leased_by.';
COMMENT ON COLUMN worker_leases.since IS 'The beginning of the renewals without a gap.';
COMMENT ON COLUMN worker_leases.seen_at IS '-infinity: it has ended by itself.';
