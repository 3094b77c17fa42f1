"""An office opens one more question for an article and who carries it, beyond a day's limits."""

from pathlib import Path

from alembic import op

revision = "0060_questions"
down_revision = "0059_heard"
branch_labels = None
depends_on = None
phase = "expand"


def upgrade() -> None:
    for path in sorted(Path(__file__).with_suffix("").glob("*.sql")):
        op.get_bind().exec_driver_sql(path.read_text(encoding="utf-8").replace("%", "%%"))


def downgrade() -> None:
    op.get_bind().exec_driver_sql("ALTER TABLE delivery_items DROP COLUMN question_opened_at")
