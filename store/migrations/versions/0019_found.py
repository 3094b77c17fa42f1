"""Articles and people are found by the sound of a name and by parts of numbers; texts by words."""

from pathlib import Path

from alembic import op

revision = "0019_found"
down_revision = "0018_office"
branch_labels = None
depends_on = None
phase = "stop"


def upgrade() -> None:
    for path in sorted(Path(__file__).with_suffix("").glob("*.sql")):
        op.get_bind().exec_driver_sql(path.read_text(encoding="utf-8").replace("%", "%%"))


def downgrade() -> None:
    raise NotImplementedError("restore a backup instead")
