"""What recipients say in own words: a suspended remark, a hint for the postman."""

from pathlib import Path

from alembic import op

revision = "0014_own_words"
down_revision = "0013_reviewed"
branch_labels = None
depends_on = None
phase = "stop"


def upgrade() -> None:
    for path in sorted(Path(__file__).with_suffix("").glob("*.sql")):
        op.get_bind().exec_driver_sql(path.read_text(encoding="utf-8").replace("%", "%%"))


def downgrade() -> None:
    op.execute("ALTER TABLE articles DROP hint_id, DROP suspended_at")
