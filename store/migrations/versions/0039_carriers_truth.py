"""Receipts of single parts, texts that operators drop, and the probes of the routes."""

from pathlib import Path

from alembic import op

revision = "0039_carriers_truth"
down_revision = "0038_without_code"
branch_labels = None
depends_on = None
phase = "expand"


def upgrade() -> None:
    for path in sorted(Path(__file__).with_suffix("").glob("*.sql")):
        op.get_bind().exec_driver_sql(path.read_text(encoding="utf-8").replace("%", "%%"))


def downgrade() -> None:
    op.execute(
        "DROP TABLE probes; DROP TABLE scrubs; ALTER TABLE carriers DROP scrubs_looked_at;"
        " ALTER TABLE receipts DROP part, DROP part_status"
    )
