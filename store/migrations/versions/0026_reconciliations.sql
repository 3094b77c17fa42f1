-- Days that software asked to have compared with the providers' lists (payments/reconciliation.py); the worker
-- does it. `found`: what came out, as the API tells it.
CREATE TABLE reconciliations (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    day date NOT NULL,
    asked_at timestamptz NOT NULL,
    next_at timestamptz,
    done_at timestamptz,
    found jsonb,
    CHECK ((done_at IS NULL) = (next_at IS NOT NULL)),
    CHECK ((done_at IS NULL) = (found IS NULL))
);
-- Asked again while it waits or runs, it is the same.
CREATE UNIQUE INDEX one_open_reconciliation ON reconciliations (day) WHERE done_at IS NULL;
CREATE INDEX reconciliations_due ON reconciliations (next_at) WHERE done_at IS NULL;
