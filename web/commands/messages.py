"""`flask messages …`: the check that everything we say can be sent."""

from __future__ import annotations

from pathlib import Path

import click
from flask.cli import AppGroup

from messages.catalogue import CatalogueError, catalogue, read
from messages.check import check
from messages.screens import ROOM, screens
from messages.screens import check as check_screens
from messages.speech import check as check_speech
from messages.speech import speech
from web.commands.dlt import export_dlt, import_dlt
from web.commands.review import review_texts
from web.commands.understanding import understand

messages = AppGroup("messages", help="The catalogue of texts.")
messages.add_command(export_dlt)
messages.add_command(import_dlt)
messages.add_command(review_texts)
messages.add_command(understand)


@messages.command("check")
@click.option(
    "--folder",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Another catalogue, such as a translator's copy; default: the one in use.",
)
def check_catalogue(folder: Path | None) -> None:
    """Print all texts and USSD screens with their longest values; fail where a rule is broken.

    What is said in calls is checked too.
    """
    try:
        report = check(read(folder) if folder else catalogue())
        rows, problems = check_screens(screens())
        problems += check_speech(speech(), catalogue())
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
    click.echo(f"\n{'USSD screen':<24} {'language':<8} {'units':>5} {'encoding':<8} {'room':>8}")
    for shown in rows:
        click.echo(
            f"screen {shown.screen:<17} {shown.language:<8} {shown.units:>5} {shown.encoding:<8}"
            f" {ROOM[shown.encoding]:>8}"
        )
    for problem in (*report.problems, *problems):
        click.echo(f"problem: {problem}", err=True)
    if report.problems or problems:
        count = len(report.problems) + len(problems)
        raise click.ClickException(f"problems found: {count}, see above")
    click.echo(f"{len(rows)} USSD screens and {len(report.rows)} texts, no problems")
