"""The sender's address, receipts with a number of their own, counters that two people reopen."""

from pathlib import Path

from alembic import op

revision = "0016_counter"
down_revision = "0015_parts_and_misread"
branch_labels = None
depends_on = None
phase = "stop"


def upgrade() -> None:
    for path in sorted(Path(__file__).with_suffix("").glob("*.sql")):
        op.get_bind().exec_driver_sql(path.read_text(encoding="utf-8").replace("%", "%%"))


def downgrade() -> None:
    raise NotImplementedError("the numbers of receipts would be lost")
