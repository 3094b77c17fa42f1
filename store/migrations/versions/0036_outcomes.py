"""What was committed can be looked up where the answer to the commit was lost."""

from pathlib import Path

from alembic import op

revision = "0036_outcomes"
down_revision = "0035_rolling"
branch_labels = None
depends_on = None
phase = "expand"


def upgrade() -> None:
    for path in sorted(Path(__file__).with_suffix("").glob("*.sql")):
        op.get_bind().exec_driver_sql(path.read_text(encoding="utf-8").replace("%", "%%"))


def downgrade() -> None:
    op.get_bind().exec_driver_sql("DROP FUNCTION note_outcome(uuid); DROP TABLE outcomes")
