"""Calls of our own accord, once for each code; keys as a proof; calls in Bhojpuri."""

from pathlib import Path

from alembic import op

revision = "0046_speech"
down_revision = "0045_households"
branch_labels = None
depends_on = None
phase = "expand"


def upgrade() -> None:
    for path in sorted(Path(__file__).with_suffix("").glob("*.sql")):
        op.get_bind().exec_driver_sql(path.read_text(encoding="utf-8").replace("%", "%%"))


def downgrade() -> None:
    raise NotImplementedError("what was answered by keys would lose its proof")
