"""Bookings at a counter take the same; the windows of beats, and what was promised of them."""

from pathlib import Path

from alembic import op

from store.concurrently import Index, Validated

revision = "0042_promised"
down_revision = "0041_promises"
branch_labels = None
depends_on = None
phase = "expand"
concurrently = (
    Index("articles_due_by", "articles", "(due_by, id) WHERE due_by IS NOT NULL"),
    Validated("articles", "articles_promise_check"),
    Validated("articles", "articles_pieces_check"),
    Validated("articles", "articles_digipin_check"),
)


def upgrade() -> None:
    for path in sorted(Path(__file__).with_suffix("").glob("*.sql")):
        op.get_bind().exec_driver_sql(path.read_text(encoding="utf-8").replace("%", "%%"))


def downgrade() -> None:
    op.execute("DROP INDEX articles_due_by")
    op.execute("ALTER TABLE booking_items DROP promise, DROP due_by, DROP pieces, DROP digipin")
