"""Articles that a postman asks to hand over without their code, because none can be told there.

docs/developing/trust.md rule 17
"""

from pathlib import Path

from alembic import op

revision = "0037_exceptions"
down_revision = "0036_outcomes"
branch_labels = None
depends_on = None
phase = "expand"


def upgrade() -> None:
    for path in sorted(Path(__file__).with_suffix("").glob("*.sql")):
        op.get_bind().exec_driver_sql(path.read_text(encoding="utf-8").replace("%", "%%"))


def downgrade() -> None:
    op.get_bind().exec_driver_sql("DROP TABLE exceptions")
