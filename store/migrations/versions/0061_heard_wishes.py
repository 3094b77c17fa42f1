"""When post comes as a telephone wishes only after that telephone was told of it.

docs/developing/trust.md rule 20
"""

from pathlib import Path

from alembic import op

revision = "0061_heard_wishes"
down_revision = "0060_questions"
branch_labels = None
depends_on = None
phase = "expand"


def upgrade() -> None:
    for path in sorted(Path(__file__).with_suffix("").glob("*.sql")):
        op.get_bind().exec_driver_sql(path.read_text(encoding="utf-8").replace("%", "%%"))


def downgrade() -> None:
    raise NotImplementedError("restore a backup instead")
