"""An office's mode of OTP delivery, kept with each article that goes out: off, pilot, on."""

from pathlib import Path

from alembic import op

revision = "0022_modes"
down_revision = "0021_administration"
branch_labels = None
depends_on = None
phase = "stop"


def upgrade() -> None:
    for path in sorted(Path(__file__).with_suffix("").glob("*.sql")):
        op.get_bind().exec_driver_sql(path.read_text(encoding="utf-8").replace("%", "%%"))


def downgrade() -> None:
    raise NotImplementedError("under which mode articles went out would be lost")
