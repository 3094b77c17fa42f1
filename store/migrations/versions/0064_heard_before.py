"""Until a telephone is told of a new wish, the last one of which it was told counts.

docs/developing/trust.md rule 20
"""

from pathlib import Path

from alembic import op

revision = "0064_heard_before"
down_revision = "0063_nominees_told"
branch_labels = None
depends_on = None
phase = "expand"


def upgrade() -> None:
    for path in sorted(Path(__file__).with_suffix("").glob("*.sql")):
        op.get_bind().exec_driver_sql(path.read_text(encoding="utf-8").replace("%", "%%"))


def downgrade() -> None:
    raise NotImplementedError("restore a backup instead")
