"""The lease of a worker is a row, no session's lock."""

from pathlib import Path

from alembic import op

revision = "0027_worker_leases"
down_revision = "0026_months"
branch_labels = None
depends_on = None
phase = "stop"


def upgrade() -> None:
    for path in sorted(Path(__file__).with_suffix("").glob("*.sql")):
        op.get_bind().exec_driver_sql(path.read_text(encoding="utf-8").replace("%", "%%"))


def downgrade() -> None:
    raise NotImplementedError("living workers would be taken for dead")
