"""What two people hand out on a document may lack pieces; households' words are in the reports."""

from pathlib import Path

from alembic import op

revision = "0049_pieces"
down_revision = "0048_validated"
branch_labels = None
depends_on = None
phase = "expand"


def upgrade() -> None:
    for path in sorted(Path(__file__).with_suffix("").glob("*.sql")):
        op.get_bind().exec_driver_sql(path.read_text(encoding="utf-8").replace("%", "%%"))


def downgrade() -> None:
    op.get_bind().exec_driver_sql(
        "ALTER TABLE requests DROP COLUMN pieces_missing;"
        " ALTER TABLE report_deliveries DROP COLUMN worded, DROP COLUMN worded_objected"
    )
