"""Since when a telephone's wished weekdays count: what was late before a wish stays late."""

from alembic import op

revision = "0052_weekdays_since"
down_revision = "0051_wishes_a_day"
branch_labels = None
depends_on = None
phase = "expand"


def upgrade() -> None:
    op.get_bind().exec_driver_sql(
        "ALTER TABLE households ADD weekdays_since timestamptz;"
        " COMMENT ON COLUMN households.weekdays_since IS 'Since when the telephone wishes these"
        " weekdays. NULL: it wishes none, or did before this was noted.'"
    )


def downgrade() -> None:
    op.get_bind().exec_driver_sql("ALTER TABLE households DROP weekdays_since")
