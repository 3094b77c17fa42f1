"""Reports are summed up day by day; requests and breaches of data protection have their clocks."""

from pathlib import Path

from alembic import op

revision = "0020_reports"
down_revision = "0019_found"
branch_labels = None
depends_on = None
phase = "stop"


def upgrade() -> None:
    for path in sorted(Path(__file__).with_suffix("").glob("*.sql")):
        op.get_bind().exec_driver_sql(path.read_text(encoding="utf-8").replace("%", "%%"))


def downgrade() -> None:
    raise NotImplementedError("who asked for which data, and when a breach was told, would be lost")
