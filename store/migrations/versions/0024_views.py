"""Views of the queue of tickets are kept under a name."""

from pathlib import Path

from alembic import op

revision = "0024_views"
down_revision = "0023_asked"
branch_labels = None
depends_on = None
phase = "stop"


def upgrade() -> None:
    for path in sorted(Path(__file__).with_suffix("").glob("*.sql")):
        op.get_bind().exec_driver_sql(path.read_text(encoding="utf-8").replace("%", "%%"))


def downgrade() -> None:
    raise NotImplementedError("the views would be lost")
