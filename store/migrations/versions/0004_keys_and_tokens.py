"""Key ring; scopes, offices, expiry, rate and log of tokens (SQL beside this file)."""

from pathlib import Path

from alembic import op

revision = "0004_keys_and_tokens"
down_revision = "0002_moves"
branch_labels = None
depends_on = None
phase = "stop"


def upgrade() -> None:
    sql = Path(__file__).with_suffix(".sql").read_text(encoding="utf-8")
    op.get_bind().exec_driver_sql(sql.replace("%", "%%"))


def downgrade() -> None:
    raise NotImplementedError("the data would not fit the older schema: restore a backup instead")
