"""When a text arrived, by the clock of its carrier."""

from pathlib import Path

from alembic import op

revision = "0040_told"
down_revision = "0039_carriers_truth"
branch_labels = None
depends_on = None
phase = "expand"


def upgrade() -> None:
    for path in sorted(Path(__file__).with_suffix("").glob("*.sql")):
        op.get_bind().exec_driver_sql(path.read_text(encoding="utf-8").replace("%", "%%"))


def downgrade() -> None:
    op.execute("ALTER TABLE messages DROP told_at")
