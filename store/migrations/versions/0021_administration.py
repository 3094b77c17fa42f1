"""Accounts are kept in the browser: by two, with a password that its owner replaces."""

from pathlib import Path

from alembic import op

revision = "0021_administration"
down_revision = "0020_reports"
branch_labels = None
depends_on = None
phase = "stop"


def upgrade() -> None:
    for path in sorted(Path(__file__).with_suffix("").glob("*.sql")):
        op.get_bind().exec_driver_sql(path.read_text(encoding="utf-8").replace("%", "%%"))


def downgrade() -> None:
    raise NotImplementedError("who agreed to which account would be lost")
