"""`flask db …`: the schema."""

from __future__ import annotations

import click
from flask import current_app
from flask.cli import AppGroup

from runtime import Runtime
from store import migrate as migrations

database = AppGroup("db", help="The database.")


@database.command("migrate")
def migrate() -> None:
    """Brings the database of DATABASE_URL to the newest schema."""
    runtime: Runtime = current_app.extensions["dakiya"]
    migrations.migrate(runtime.settings.database_url)
    click.echo(f"the database is at {migrations.newest()}")
