"""`flask db …`: the schema, and the roles of the database."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click
import psycopg
from flask.cli import AppGroup
from redis import Redis, RedisError

from outbox import releases
from store import migrate as migrations
from store import own_role, rights, schema_page
from store.applying import NotMigrated
from store.phases import Migration
from store.schema import UndocumentedTable, read
from web import running

database = AppGroup("db", help="The database.")


@database.command("migrate")
@click.option("--plan", is_flag=True, help="Only say which migrations are to come.")
@click.option(
    "--contract",
    is_flag=True,
    help="Also those that remove what the release before needs: no process of it may run.",
)
@click.option(
    "--minutes",
    type=click.FloatRange(min=0, min_open=True),
    default=migrations.PATIENCE_SECONDS / 60,
    show_default=True,
    help="How long it is tried to get a lock.",
)
def migrate(plan: bool, contract: bool, minutes: float) -> None:
    """Bring the database to the newest schema, as the role of DATABASE_OWNER_URL.

    It may run while texts come in: nobody waits behind it for a second. Contract migrations wait
    for --contract, unless the database is empty.
    """
    runtime = running.runtime()
    settings = runtime.settings
    roles = rights.named(settings.owner_url, settings.database_url, settings.purge_url)
    try:
        pending = migrations.pending(settings.owner_url)
        if plan:
            for each in pending:
                click.echo(f"{each.revision}\t{each.phase}\t{each.says}")
            if not pending:
                say_where(pending)
            return
        if contract:
            refuse_beside_older(pending, runtime.redis)
        migrations.migrate(
            settings.owner_url, roles, "contract" if contract else "expand", minutes * 60
        )
        pending = migrations.pending(settings.owner_url)
    except (NotMigrated, rights.MissingRole) as refused:
        raise click.ClickException(str(refused)) from refused
    say_where(pending)


def say_where(pending: Sequence[Migration]) -> None:
    """Say what the database is at, after a migrate.

    Raise `click.ClickException` where this release cannot run on it yet.
    """
    needed = [each.revision for each in pending if each.phase != "contract"]
    listed = ", ".join(each.revision for each in pending if each.phase == "contract")
    how = "`flask --app app db migrate --contract`, when no process of the release before runs"
    if needed:
        raise click.ClickException(
            f"{listed} is to come before {', '.join(needed)}: {how} (docs/cluster.md, Upgrade)"
        )
    if listed:
        click.echo(f"{listed} waits: {how} (docs/cluster.md, Upgrade)")
    else:
        click.echo(f"the database is at {migrations.newest()}")


def refuse_beside_older(pending: Sequence[Migration], redis: Redis) -> None:
    """Refuse where a process was seen a moment ago that does not know what is to be removed.

    Raise `click.ClickException`, also where Valkey cannot say who runs.
    """
    removing = [each.revision for each in pending if each.phase == "contract"]
    if not removing:
        return
    try:
        older = releases.older(releases.running(redis), removing[-1])
    except RedisError as error:
        raise click.ClickException(
            f"Valkey does not say which releases run ({type(error).__name__}): bring it back first"
        ) from error
    if older:
        raise click.ClickException(
            f"{', '.join(removing)} would break what runs: {'; '.join(map(str, older))}."
            f" End it, or let it run this release; {releases.SILENT_SECONDS} s later run this again"
        )


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
