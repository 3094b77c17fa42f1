"""Nobody rewrites: digests per row, seals per day, and rights instead of triggers with a back door.

docs/developing/trust.md rule 12. The rights themselves are granted after every migration
(`store/rights.py`), because the names of the roles are the installation's own.
"""

from pathlib import Path

from alembic import op

revision = "0009_nobody_rewrites"
down_revision = "0008_requests"
branch_labels = None
depends_on = None
phase = "stop"


def upgrade() -> None:
    for path in sorted(Path(__file__).with_suffix("").glob("*.sql")):
        op.get_bind().exec_driver_sql(path.read_text(encoding="utf-8").replace("%", "%%"))


def downgrade() -> None:
    raise NotImplementedError("digests cannot be made again for content that is gone")
