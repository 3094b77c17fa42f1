"""The schema of 0.1.0: one SQL file per room in the directory beside this file, in this order.

A revision's id is the name of its file. The chain before 0.1.0 numbered its revisions 0001 to 0026,
so no later name can be mistaken for one of those.
"""

from pathlib import Path

from alembic import op

revision = "0001_first"
down_revision = None
branch_labels = None
depends_on = None
phase = "stop"


def upgrade() -> None:
    for path in sorted(Path(__file__).with_suffix("").glob("*.sql")):
        op.get_bind().exec_driver_sql(path.read_text(encoding="utf-8").replace("%", "%%"))


def downgrade() -> None:
    raise NotImplementedError("the first schema has nothing before it: restore a backup instead")
