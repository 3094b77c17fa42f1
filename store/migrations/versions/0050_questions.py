"""An exception belongs to one place on one list, and whoever has the telephone may deny it.

docs/developing/trust.md rule 17
"""

from pathlib import Path

from alembic import op

revision = "0050_questions"
down_revision = "0049_pieces"
branch_labels = None
depends_on = None
phase = "expand"


def upgrade() -> None:
    for path in sorted(Path(__file__).with_suffix("").glob("*.sql")):
        op.get_bind().exec_driver_sql(path.read_text(encoding="utf-8").replace("%", "%%"))


def downgrade() -> None:
    op.get_bind().exec_driver_sql("ALTER TABLE exceptions DROP COLUMN item_id")
