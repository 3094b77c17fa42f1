"""What a sprint holds is one compressed column; rows of before stay as they are."""

from pathlib import Path

from alembic import op

revision = "0025_packed"
down_revision = "0024_views"
branch_labels = None
depends_on = None
phase = "stop"


def upgrade() -> None:
    for path in sorted(Path(__file__).with_suffix("").glob("*.sql")):
        op.get_bind().exec_driver_sql(path.read_text(encoding="utf-8").replace("%", "%%"))


def downgrade() -> None:
    raise NotImplementedError("what sprints hold could not be read any more")
