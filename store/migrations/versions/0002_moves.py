"""Alarms, and who may move an article's code: docs/developing/trust.md."""

from pathlib import Path

from alembic import op

revision = "0002_moves"
down_revision = "0001_first"
branch_labels = None
depends_on = None
phase = "stop"


def upgrade() -> None:
    for path in sorted(Path(__file__).with_suffix("").glob("*.sql")):
        op.get_bind().exec_driver_sql(path.read_text(encoding="utf-8").replace("%", "%%"))


def downgrade() -> None:
    raise NotImplementedError("what was moved cannot be forgotten: restore a backup instead")
