"""What a review found: decisions prove what they say, purge only removes, what is decided stays.

docs/developing/trust.md rules 11 and 12. The rights are granted after every migration
(`store/rights.py`).
"""

from pathlib import Path

from alembic import op

revision = "0013_reviewed"
down_revision = "0012_own_budgets"
branch_labels = None
depends_on = None
phase = "stop"


def upgrade() -> None:
    for path in sorted(Path(__file__).with_suffix("").glob("*.sql")):
        op.get_bind().exec_driver_sql(path.read_text(encoding="utf-8").replace("%", "%%"))


def downgrade() -> None:
    raise NotImplementedError("digests cannot be made again for content that is gone")
