"""Talk, and the codes of a block of numbers, have budgets of their own."""

from alembic import op

revision = "0012_own_budgets"
down_revision = "0010_offers"
branch_labels = None
depends_on = None
phase = "stop"


def upgrade() -> None:
    """Allow the two budgets among those that were hit."""
    op.execute("ALTER TABLE budget_hits DROP CONSTRAINT budget_hits_budget_check")
    op.execute(
        "ALTER TABLE budget_hits ADD CONSTRAINT budget_hits_budget_check CHECK (budget IN"
        " ('phone', 'talk', 'code', 'article', 'sender', 'prefix', 'codes_prefix', 'country'))"
    )
