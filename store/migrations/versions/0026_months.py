"""The large tables: only indexes that a query needs, and partitions by month."""

from pathlib import Path

from alembic import op

revision = "0026_months"
down_revision = "0025_packed"
branch_labels = None
depends_on = None
phase = "stop"


def upgrade() -> None:
    for path in sorted(Path(__file__).with_suffix("").glob("*.sql")):
        op.get_bind().exec_driver_sql(path.read_text(encoding="utf-8").replace("%", "%%"))


def downgrade() -> None:
    raise NotImplementedError("the months could not be put together again")
