"""The delivery office: paper days, the log of scans, undo of drafts, marked articles."""

from pathlib import Path

from alembic import op

revision = "0018_office"
down_revision = "0017_nothing_lost"
branch_labels = None
depends_on = None
phase = "stop"


def upgrade() -> None:
    for path in sorted(Path(__file__).with_suffix("").glob("*.sql")):
        op.get_bind().exec_driver_sql(path.read_text(encoding="utf-8").replace("%", "%%"))


def downgrade() -> None:
    raise NotImplementedError("handovers that a slip proves would lose their proof")
