"""Second factors and sign-ins: passkeys, known browsers, notices, and limits by account and place.

The SQL is in the directory beside this file, as that of 0001.
"""

from pathlib import Path

from alembic import op

revision = "0005_factors_and_sign_ins"
down_revision = "0004_keys_and_tokens"
branch_labels = None
depends_on = None
phase = "stop"


def upgrade() -> None:
    for path in sorted(Path(__file__).with_suffix("").glob("*.sql")):
        op.get_bind().exec_driver_sql(path.read_text(encoding="utf-8").replace("%", "%%"))


def downgrade() -> None:
    raise NotImplementedError("limits and notices cannot be taken back: restore a backup instead")
