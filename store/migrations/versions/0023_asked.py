"""A person is asked whether that helped which the desk did about a ticket."""

from pathlib import Path

from alembic import op

revision = "0023_asked"
down_revision = "0022_modes"
branch_labels = None
depends_on = None
phase = "stop"


def upgrade() -> None:
    for path in sorted(Path(__file__).with_suffix("").glob("*.sql")):
        op.get_bind().exec_driver_sql(path.read_text(encoding="utf-8").replace("%", "%%"))


def downgrade() -> None:
    raise NotImplementedError("what people answered would be lost")
