"""What is still to be sent stands in a narrow queue, apart from what is kept of messages."""

from pathlib import Path

from alembic import op

revision = "0029_queue"
down_revision = "0028_waiting_texts"
branch_labels = None
depends_on = None
phase = "stop"


def upgrade() -> None:
    for path in sorted(Path(__file__).with_suffix("").glob("*.sql")):
        op.get_bind().exec_driver_sql(path.read_text(encoding="utf-8").replace("%", "%%"))


def downgrade() -> None:
    raise NotImplementedError("what waits to be sent would not be found any more")
