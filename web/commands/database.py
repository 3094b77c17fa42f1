"""`flask db …`: the schema."""

from __future__ import annotations

from pathlib import Path

import click
from flask.cli import AppGroup

from store import migrate as migrations
from store import schema_page
from store.schema import UndocumentedTable, read
from web import running

database = AppGroup("db", help="The database.")


@database.command("migrate")
def migrate() -> None:
    """Bring the database of DATABASE_URL to the newest schema."""
    runtime = running.runtime()
    try:
        migrations.migrate(runtime.settings.database_url)
    except migrations.UnknownRevision as refused:
        raise click.ClickException(str(refused)) from refused
    click.echo(f"the database is at {migrations.newest()}")


@database.command("schema")
@click.option(
    "--into",
    type=click.Path(dir_okay=False, path_type=Path),
    default=Path("docs/developing/schema.md"),
    show_default=True,
    help="The page that is written.",
)
def schema(into: Path) -> None:
    """Write the page of the schema: every table, column, key and index, with its purpose."""
    runtime = running.runtime()
    try:
        found = runtime.database.run(read)
    except UndocumentedTable as undocumented:
        raise click.ClickException(str(undocumented)) from undocumented
    into.parent.mkdir(parents=True, exist_ok=True)
    into.write_text(schema_page.page(found), encoding="utf-8")
    click.echo(str(into))
