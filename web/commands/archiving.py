"""`flask archive …`: months of the large tables as files (docs/operations.md)."""

from __future__ import annotations

import json
from datetime import date, datetime
from pathlib import Path

import click
import psycopg
from flask.cli import AppGroup

from store import archive as months
from store import archive_files
from store.archive_files import ArchivedTable, Damaged
from web import running
from web.commands.refusals import refusals_shown

archive = AppGroup("archive", help="Months that are over, as files.")


@archive.command("month")
@click.argument("month", type=click.DateTime(["%Y-%m"]))
@click.option(
    "--into",
    type=click.Path(file_okay=False, path_type=Path),
    required=True,
    help="The directory that gets one directory for the month.",
)
def write(month: date, into: Path) -> None:
    """Write a month to files, read them back, and drop it from the database, as its owner.

    Nobody waits for it. Where it is cut off, the month stays in the database, whole: run it again.
    """
    settings = running.runtime().settings
    first = date(month.year, month.month, 1)
    try:
        with refusals_shown(), psycopg.connect(settings.owner_url) as conn:
            written = months.archive(conn, first, into, running.runtime().now())
    except OSError as error:
        raise click.ClickException(
            f"the files could not be written ({error.strerror}): {first:%Y-%m} is in the database,"
            " whole"
        ) from error
    for each in written:
        click.echo(f"{each.table}: {each.rows} rows, SHA-256 {each.digest}")
    click.echo(f"{first:%Y-%m} is in {into / f'{first:%Y-%m}'} and no more in the database")


@archive.command("list")
def listed() -> None:
    """Say which months of which tables were archived, and where their files were put."""
    with running.runtime().database.transaction() as conn:
        found = months.archived(conn)
    for month, table, rows, place in found:
        click.echo(f"{month:%Y-%m} {table}: {rows} rows in {place}")


@archive.command("check")
@click.argument("place", type=click.Path(exists=True, file_okay=False, path_type=Path))
def check(place: Path) -> None:
    """Read the files of a month to their end and compare them with what the database kept of them.

    Where it knows nothing of the month, they are compared with their manifest alone.
    """
    with refusals_shown():
        manifest = json.loads((place / "manifest.json").read_text())
        first = datetime.strptime(manifest["month"], "%Y-%m").date()  # noqa: DTZ007
        with running.runtime().database.transaction() as conn:
            known = months.of_record(conn, first)
        tables = []
        for each in manifest["tables"]:
            each["columns"] = tuple(each["columns"])
            tables.append(ArchivedTable(**each))
        said = {each.table: (each.rows, each.digest) for each in tables}
        if known and said != known:
            raise Damaged("the manifest is not what the database kept of this month")
        for table in tables:
            archive_files.check(place, table)
    if known:
        click.echo(f"{manifest['month']}: as it was written")
    else:
        click.echo(
            f"{manifest['month']}: as its manifest says; this database does not know whether"
            " the manifest was changed"
        )
