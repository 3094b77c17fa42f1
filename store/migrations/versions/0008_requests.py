"""Requests that wait for a second person, the last second factor of a session, account offices.

docs/developing/trust.md rule 11
"""

from pathlib import Path

from alembic import op

revision = "0008_requests"
down_revision = "0007_edges"
branch_labels = None
depends_on = None
phase = "stop"


def upgrade() -> None:
    for path in sorted(Path(__file__).with_suffix("").glob("*.sql")):
        op.get_bind().exec_driver_sql(path.read_text(encoding="utf-8").replace("%", "%%"))


def downgrade() -> None:
    raise NotImplementedError("requests that were agreed to are evidence: restore a backup instead")
