"""What a carrier signed is remembered for longer than its account's token is used."""

from pathlib import Path

from alembic import op

from store.concurrently import Index

revision = "0062_nonces"
down_revision = "0061_heard_wishes"
branch_labels = None
depends_on = None
phase = "expand"
concurrently = (Index("households_unheard", "households", "(phone) WHERE unheard"),)


def upgrade() -> None:
    for path in sorted(Path(__file__).with_suffix("").glob("*.sql")):
        op.get_bind().exec_driver_sql(path.read_text(encoding="utf-8").replace("%", "%%"))


def downgrade() -> None:
    raise NotImplementedError("restore a backup instead")
