"""Parts of long texts wait for each other; texts that were read wrongly are kept for labelling."""

from pathlib import Path

from alembic import op

revision = "0015_parts_and_misread"
down_revision = "0014_own_words"
branch_labels = None
depends_on = None
phase = "stop"


def upgrade() -> None:
    for path in sorted(Path(__file__).with_suffix("").glob("*.sql")):
        op.get_bind().exec_driver_sql(path.read_text(encoding="utf-8").replace("%", "%%"))


def downgrade() -> None:
    raise NotImplementedError("a part that waits would be lost")
