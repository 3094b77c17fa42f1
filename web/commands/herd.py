"""`flask herd …`: warnings that the help desk confirms."""

from __future__ import annotations

import click
from flask.cli import AppGroup

from india.calendar import day_of
from outbox.wake import SWEEP, ring
from postal import herd as warnings
from web import running
from web.commands.refusals import refusals_shown

herd = AppGroup("herd", help="Herd warnings.")


@herd.command("warn")
@click.argument("pin")
def warn(pin: str) -> None:
    """Warn everybody with an article due today in PIN of fraud there."""
    runtime = running.runtime()
    now = runtime.now()
    with refusals_shown():
        new = runtime.database.run(lambda conn: warnings.start(conn, pin, day_of(now), now))
    if not new:
        raise click.ClickException(f"{pin} is warned today already: once a day is enough")
    ring(runtime.redis, SWEEP)
    click.echo(f"everybody with an article due today in {pin} is being warned")
