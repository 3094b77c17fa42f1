"""A code that was said in a call counts as heard, also in one that began with the menu."""

from pathlib import Path

from alembic import op

revision = "0059_heard"
down_revision = "0058_wishes_end"
branch_labels = None
depends_on = None
phase = "expand"


def upgrade() -> None:
    for path in sorted(Path(__file__).with_suffix("").glob("*.sql")):
        op.get_bind().exec_driver_sql(path.read_text(encoding="utf-8").replace("%", "%%"))


def downgrade() -> None:
    raise NotImplementedError("restore a backup instead")
