"""Whose wish a move is can be the door's; and what was left unvalidated is validated.

The constraints of 0037, 0038, 0043 and 0047 hold for every row since they were made: now
PostgreSQL knows it.
"""

from pathlib import Path

from alembic import op

from store.concurrently import Index, Validated

revision = "0048_validated"
down_revision = "0047_door_numbers"
branch_labels = None
depends_on = None
phase = "expand"
concurrently = (
    Index("exceptions_phone", "exceptions", "(phone) WHERE phone IS NOT NULL"),
    Index("promised_windows_made", "promised_windows", "(made_at)"),
    Validated("conversations", "conversations_machine_check"),
    Validated("conversations", "conversations_check"),
    Validated("delivery_items", "delivery_items_proof_check"),
    Validated("tickets", "tickets_kind_check"),
    Validated("phones", "phones_doubt"),
    Validated("exceptions", "exceptions_wish_check"),
    Validated("exceptions", "exceptions_phone_check"),
    Validated("exceptions", "exceptions_outcome_check"),
)


def upgrade() -> None:
    for path in sorted(Path(__file__).with_suffix("").glob("*.sql")):
        op.get_bind().exec_driver_sql(path.read_text(encoding="utf-8").replace("%", "%%"))


def downgrade() -> None:
    op.get_bind().exec_driver_sql("DROP INDEX exceptions_phone, promised_windows_made")
