"""`flask messages …`: is everything that we say fit to be sent?"""

from __future__ import annotations

import click
from flask.cli import AppGroup

from messages.catalogue import catalogue
from messages.check import check

messages = AppGroup("messages", help="The catalogue of texts.")


@messages.command("check")
def check_catalogue() -> None:
    """Prints a table of all texts with their longest values; fails where a rule is broken."""
    report = check(catalogue())
    click.echo(
        f"{'template':<20} {'language':<8} {'chars':>5} {'encoding':<8} {'segments':>8}"
        f"  {'warning':<7}  variables"
    )
    for row in report.rows:
        click.echo(
            f"{row.template:<20} {row.language:<8} {row.segments.characters:>5}"
            f" {row.segments.encoding:<8} {row.segments.segments:>8}"
            f"  {'yes' if row.warns else 'NO':<7}  {', '.join(row.variables)}"
        )
    for problem in report.problems:
        click.echo(f"problem: {problem}", err=True)
    if report.problems:
        raise click.ClickException(f"{len(report.problems)} problems: see above")
    click.echo(f"{len(report.rows)} texts, no problems")
