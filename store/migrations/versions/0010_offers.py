"""Items that a postman offers to a colleague; tickets about warnings that wait for a supervisor.

docs/developing/trust.md rule 13
"""

from pathlib import Path

from alembic import op

revision = "0010_offers"
down_revision = "0009_nobody_rewrites"
branch_labels = None
depends_on = None
phase = "stop"


def upgrade() -> None:
    for path in sorted(Path(__file__).with_suffix("").glob("*.sql")):
        op.get_bind().exec_driver_sql(path.read_text(encoding="utf-8").replace("%", "%%"))


def downgrade() -> None:
    raise NotImplementedError("restore a backup instead")
