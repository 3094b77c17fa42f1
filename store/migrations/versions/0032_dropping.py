"""Settings of autovacuum, also of the months to come; months that retention drops as a whole."""

from pathlib import Path

from alembic import op

revision = "0032_dropping"
down_revision = "0030_digests"
branch_labels = None
depends_on = None
phase = "stop"


def upgrade() -> None:
    for path in sorted(Path(__file__).with_suffix("").glob("*.sql")):
        op.get_bind().exec_driver_sql(path.read_text(encoding="utf-8").replace("%", "%%"))


def downgrade() -> None:
    raise NotImplementedError("a month that was dropped does not come back")
