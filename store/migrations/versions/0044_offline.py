"""A door without network: three digits beside the code, and what postmen say of such doors.

docs/developing/trust.md rule 19
"""

from pathlib import Path

from alembic import op

revision = "0044_offline"
down_revision = "0043_numbers"
branch_labels = None
depends_on = None
phase = "expand"


def upgrade() -> None:
    for path in sorted(Path(__file__).with_suffix("").glob("*.sql")):
        op.get_bind().exec_driver_sql(path.read_text(encoding="utf-8").replace("%", "%%"))


def downgrade() -> None:
    raise NotImplementedError("restore a backup instead")
