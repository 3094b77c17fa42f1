"""How often a telephone changes in a day what it wishes for all its post."""

from pathlib import Path

from alembic import op

revision = "0051_wishes_a_day"
down_revision = "0050_questions"
branch_labels = None
depends_on = None
phase = "expand"


def upgrade() -> None:
    for path in sorted(Path(__file__).with_suffix("").glob("*.sql")):
        op.get_bind().exec_driver_sql(path.read_text(encoding="utf-8").replace("%", "%%"))


def downgrade() -> None:
    raise NotImplementedError("restore a backup instead")
