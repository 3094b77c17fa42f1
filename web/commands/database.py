"""`flask db …`: the schema, and the roles of the database."""

from __future__ import annotations

from pathlib import Path

import click
import psycopg
from flask.cli import AppGroup

from store import migrate as migrations
from store import own_role, rights, schema_page
from store.schema import UndocumentedTable, read
from web import running

database = AppGroup("db", help="The database.")


@database.command("migrate")
def migrate() -> None:
    """Bring the database to the newest schema, as the role of DATABASE_OWNER_URL."""
    settings = running.runtime().settings
    roles = rights.named(settings.owner_url, settings.database_url, settings.purge_url)
    try:
        migrations.migrate(settings.owner_url, roles)
    except (migrations.UnknownRevision, rights.MissingRole) as refused:
        raise click.ClickException(str(refused)) from refused
    click.echo(f"the database is at {migrations.newest()}")


@database.command("roles")
def roles() -> None:
    """Make the roles of DATABASE_URL and DATABASE_PURGE_URL, and grant each its rights.

    It connects by DATABASE_OWNER_URL, and can be run again at any time.
    """
    settings = running.runtime().settings
    named = rights.named(settings.owner_url, settings.database_url, settings.purge_url)
    if named is None:
        raise click.ClickException(
            "DATABASE_URL names the owner of the tables: give the application a role of its own"
            " there, and the owner's URL as DATABASE_OWNER_URL (docs/operations.md)"
        )
    if named.application == named.purge:
        raise click.ClickException(
            "DATABASE_URL and DATABASE_PURGE_URL name the same role: what the application may not"
            " remove, it could then. Give purge a role of its own (docs/operations.md)"
        )
    try:
        with psycopg.connect(settings.owner_url) as conn:
            made = rights.create(conn, settings.database_url, settings.purge_url)
            rights.grant(conn, named)
    except rights.MissingRole as refused:
        raise click.ClickException(str(refused)) from refused
    for name in made:
        click.echo(f"made the role {name}")
    with psycopg.connect(settings.database_url) as conn:
        weak = own_role.weaknesses(conn)
    if weak:
        raise click.ClickException(f"{named.application} could still rewrite: {'; '.join(weak)}")
    click.echo(f"{named.application} adds and never rewrites; {named.purge} removes personal data")


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
