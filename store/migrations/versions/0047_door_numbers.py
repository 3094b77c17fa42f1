"""At a door another telephone is named, and the office is asked whether it gets the code.

docs/developing/trust.md rule 17
"""

from pathlib import Path

from alembic import op

revision = "0047_door_numbers"
down_revision = "0046_speech"
branch_labels = None
depends_on = None
phase = "expand"


def upgrade() -> None:
    for path in sorted(Path(__file__).with_suffix("").glob("*.sql")):
        op.get_bind().exec_driver_sql(path.read_text(encoding="utf-8").replace("%", "%%"))


def downgrade() -> None:
    op.get_bind().exec_driver_sql(
        "ALTER TABLE exceptions DROP COLUMN phone, DROP COLUMN wish;"
        " ALTER TABLE report_deliveries DROP COLUMN excepted, DROP COLUMN unexcepted,"
        " DROP COLUMN window_kept, DROP COLUMN window_missed, DROP COLUMN window_unvisited"
    )
