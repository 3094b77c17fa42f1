"""The digest of a packed sprint is written out column by column."""

from pathlib import Path

from alembic import op

revision = "0030_digests"
down_revision = "0029_queue"
branch_labels = None
depends_on = None
phase = "stop"


def upgrade() -> None:
    for path in sorted(Path(__file__).with_suffix("").glob("*.sql")):
        op.get_bind().exec_driver_sql(path.read_text(encoding="utf-8").replace("%", "%%"))


def downgrade() -> None:
    pass  # the function of before writes the same digests
