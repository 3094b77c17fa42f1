"""Whose alarm is never delivered is looked after, and becomes a ticket once an article.

docs/developing/trust.md rule 9
"""

from pathlib import Path

from alembic import op

revision = "0056_unheard"
down_revision = "0055_looked_up"
branch_labels = None
depends_on = None
phase = "expand"


def upgrade() -> None:
    for path in sorted(Path(__file__).with_suffix("").glob("*.sql")):
        op.get_bind().exec_driver_sql(path.read_text(encoding="utf-8").replace("%", "%%"))


def downgrade() -> None:
    op.get_bind().exec_driver_sql("DROP TABLE alarms_watched")
