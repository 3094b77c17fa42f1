"""Articles change in no index; a usual receipt is a column of its text, whose words are packed."""

from pathlib import Path

from alembic import op

revision = "0033_narrow"
down_revision = "0032_dropping"
branch_labels = None
depends_on = None
phase = "stop"


def upgrade() -> None:
    for path in sorted(Path(__file__).with_suffix("").glob("*.sql")):
        op.get_bind().exec_driver_sql(path.read_text(encoding="utf-8").replace("%", "%%"))


def downgrade() -> None:
    raise NotImplementedError("usual receipts and packed words would be lost")
