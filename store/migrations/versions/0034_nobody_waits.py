"""An archive notices changes instead of locking its month; purges have a mark for each month."""

from pathlib import Path

from alembic import op

revision = "0034_nobody_waits"
down_revision = "0033_narrow"
branch_labels = None
depends_on = None
phase = "expand"


def upgrade() -> None:
    for path in sorted(Path(__file__).with_suffix("").glob("*.sql")):
        op.get_bind().exec_driver_sql(path.read_text(encoding="utf-8").replace("%", "%%"))


def downgrade() -> None:
    raise NotImplementedError("marks of months would become one that passes rows over")
