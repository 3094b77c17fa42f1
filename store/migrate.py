"""Brings a database to the newest schema, and says which one it has."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from alembic.config import Config

# Alembic and SQLAlchemy take a fifth of a process's start: imported only where they are needed.


def _config(database_url: str) -> Config:
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    sqlalchemy_url = "postgresql+psycopg:" + database_url.split(":", 1)[1]
    config.set_main_option("sqlalchemy.url", sqlalchemy_url.replace("%", "%%"))
    return config


def migrate(database_url: str) -> None:
    """Applies every missing migration to the database at `database_url` (a libpq URL)."""
    from alembic import command

    command.upgrade(_config(database_url), "head")


def newest() -> str:
    """The revision that this code expects."""
    from alembic.script import ScriptDirectory

    head = ScriptDirectory.from_config(_config("postgresql:")).get_current_head()
    assert head is not None
    return head
