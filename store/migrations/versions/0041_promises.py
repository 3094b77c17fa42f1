"""Articles know by when they are due, how many pieces they have, and the DIGIPIN of their place."""

from pathlib import Path

from alembic import op

revision = "0041_promises"
down_revision = "0040_told"
branch_labels = None
depends_on = None
phase = "expand"


def upgrade() -> None:
    for path in sorted(Path(__file__).with_suffix("").glob("*.sql")):
        op.get_bind().exec_driver_sql(path.read_text(encoding="utf-8").replace("%", "%%"))


def downgrade() -> None:
    op.execute("ALTER TABLE articles DROP promise, DROP due_by, DROP pieces, DROP digipin")
    op.execute("ALTER TABLE articles DROP pieces_missing")
