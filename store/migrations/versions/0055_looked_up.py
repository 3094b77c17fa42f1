"""Look-ups follow the feed; what a carrier signs is good once; 0050's check holds for every row."""

from pathlib import Path

from alembic import op

from store.concurrently import Index, Validated

revision = "0055_looked_up"
down_revision = "0052_weekdays_since"
branch_labels = None
depends_on = None
phase = "expand"
concurrently = (
    Index(
        "number_lookups_due",
        "number_lookups",
        "(asked_at) WHERE answered_at IS NULL AND attempts < 3",
    ),
    Validated("exceptions", "exceptions_outcome_check"),
)


def upgrade() -> None:
    for path in sorted(Path(__file__).with_suffix("").glob("*.sql")):
        op.get_bind().exec_driver_sql(path.read_text(encoding="utf-8").replace("%", "%%"))


def downgrade() -> None:
    op.get_bind().exec_driver_sql(
        "DROP TABLE lookups_read, hook_nonces; DROP INDEX number_lookups_due"
    )
