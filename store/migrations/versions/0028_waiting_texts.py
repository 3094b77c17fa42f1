"""A text whose turn cannot be taken, as others hold its rows, is kept and read by the clock."""

from pathlib import Path

from alembic import op

revision = "0028_waiting_texts"
down_revision = "0027_worker_leases"
branch_labels = None
depends_on = None
phase = "stop"


def upgrade() -> None:
    for path in sorted(Path(__file__).with_suffix("").glob("*.sql")):
        op.get_bind().exec_driver_sql(path.read_text(encoding="utf-8").replace("%", "%%"))


def downgrade() -> None:
    raise NotImplementedError("texts that wait for their turn would be lost")
