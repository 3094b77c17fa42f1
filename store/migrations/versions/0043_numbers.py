"""A telephone may be another person's by now: what is known of it."""

from pathlib import Path

from alembic import op

revision = "0043_numbers"
down_revision = "0042_promised"
branch_labels = None
depends_on = None
phase = "expand"


def upgrade() -> None:
    for path in sorted(Path(__file__).with_suffix("").glob("*.sql")):
        op.get_bind().exec_driver_sql(path.read_text(encoding="utf-8").replace("%", "%%"))


def downgrade() -> None:
    op.get_bind().exec_driver_sql(
        "DROP TABLE number_lookups, withdrawn_numbers;"
        " ALTER TABLE phones DROP COLUMN doubt, DROP COLUMN doubted_at, DROP COLUMN confirmed_at"
    )
