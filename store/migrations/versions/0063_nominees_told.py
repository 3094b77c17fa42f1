"""A nominee whom a text named holds once the addressee's telephone was told of him.

docs/developing/trust.md rule 2
"""

from pathlib import Path

from alembic import op

from store.concurrently import Index

revision = "0063_nominees_told"
down_revision = "0062_nonces"
branch_labels = None
depends_on = None
phase = "expand"
concurrently = (
    Index(
        "nominees_untold",
        "nominees",
        "(agreed_at) WHERE agreed_at IS NOT NULL AND holds_from IS NULL AND ended_at IS NULL",
    ),
)


def upgrade() -> None:
    for path in sorted(Path(__file__).with_suffix("").glob("*.sql")):
        op.get_bind().exec_driver_sql(path.read_text(encoding="utf-8").replace("%", "%%"))


def downgrade() -> None:
    raise NotImplementedError("restore a backup instead")
