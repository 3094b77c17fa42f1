"""`flask messages …`: is everything that we say fit to be sent?"""

from __future__ import annotations

from pathlib import Path

import click
from flask.cli import AppGroup

from messages.catalogue import CatalogueError, catalogue, read
from messages.check import check

messages = AppGroup("messages", help="The catalogue of texts.")


@messages.command("check")
@click.option(
    "--folder",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Another catalogue, such as a translator's copy; default: the one in use.",
)
def check_catalogue(folder: Path | None) -> None:
    """Prints a table of all texts with their longest values; fails where a rule is broken."""
    try:
        report = check(read(folder) if folder else catalogue())
    except CatalogueError as error:
        raise click.ClickException(str(error)) from error
    click.echo(
        f"{'template':<24} {'language':<8} {'chars':>5} {'encoding':<8} {'segments':>8}"
        f"  {'warning':<7}  variables"
    )
    for row in report.rows:
        click.echo(
            f"{row.template:<24} {row.language:<8} {row.segments.characters:>5}"
            f" {row.segments.encoding:<8} {row.segments.segments:>8}"
            f"  {'yes' if row.warns else 'NO':<7}  {', '.join(row.variables)}"
        )
    for problem in report.problems:
        click.echo(f"problem: {problem}", err=True)
    if report.problems:
        raise click.ClickException(f"problems found: {len(report.problems)}, see above")
    click.echo(f"{len(report.rows)} texts, no problems")
