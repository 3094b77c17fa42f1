"""What postmen ask of an office at doors has a budget of its own.

docs/developing/trust.md rule 10
"""

from alembic import op

revision = "0057_doors"
down_revision = "0056_unheard"
branch_labels = None
depends_on = None
phase = "expand"


def upgrade() -> None:
    op.get_bind().exec_driver_sql(
        "ALTER TABLE budget_hits DROP CONSTRAINT budget_hits_budget_check,"
        " ADD CONSTRAINT budget_hits_budget_check CHECK (budget IN ('phone', 'talk', 'door',"
        " 'code', 'article', 'sender', 'prefix', 'codes_prefix', 'country')) NOT VALID"
    )


def downgrade() -> None:
    op.get_bind().exec_driver_sql(
        "DELETE FROM budget_hits WHERE budget = 'door';"
        " ALTER TABLE budget_hits DROP CONSTRAINT budget_hits_budget_check,"
        " ADD CONSTRAINT budget_hits_budget_check CHECK (budget IN ('phone', 'talk', 'code',"
        " 'article', 'sender', 'prefix', 'codes_prefix', 'country'))"
    )
