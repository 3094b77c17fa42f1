"""What the telephone of a household wishes for all its post, and the word of who is at home."""

from pathlib import Path

from alembic import op

revision = "0045_households"
down_revision = "0044_offline"
branch_labels = None
depends_on = None
phase = "expand"


def upgrade() -> None:
    for path in sorted(Path(__file__).with_suffix("").glob("*.sql")):
        op.get_bind().exec_driver_sql(path.read_text(encoding="utf-8").replace("%", "%%"))


def downgrade() -> None:
    raise NotImplementedError("restore a backup instead")
