"""The database says which releases run on it: those that know the last migration not an expand."""

from pathlib import Path

from alembic import op

revision = "0035_rolling"
down_revision = "0034_nobody_waits"
branch_labels = None
depends_on = None
phase = "expand"


def upgrade() -> None:
    for path in sorted(Path(__file__).with_suffix("").glob("*.sql")):
        op.get_bind().exec_driver_sql(path.read_text(encoding="utf-8").replace("%", "%%"))


def downgrade() -> None:
    op.execute("ALTER TABLE alembic_version DROP floor")
