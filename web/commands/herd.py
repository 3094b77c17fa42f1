"""`flask herd …`: warnings that the help desk confirms."""

from __future__ import annotations

import click
from flask.cli import AppGroup

from flows.trust import MOST_WARNED
from india import pincode
from india.calendar import day_of
from messages.catalogue import LANGUAGES, catalogue
from outbox.wake import SWEEP, ring
from postal import herd as warnings
from store.database import Conn
from web import running
from web.commands import operator
from web.commands.refusals import refusals_shown

herd = AppGroup("herd", help="Herd warnings.")


@herd.command("warn")
@click.argument("pin")
@click.option("--yes", is_flag=True, help="Do not ask, however many people it warns.")
def warn(pin: str, yes: bool) -> None:
    """Warn everybody with an article due today in PIN of fraud there.

    Beyond 50 people it shows how many they are and what they are told, and asks.
    """
    runtime = running.runtime()
    now = runtime.now()
    pin = pincode.parse(pin) or pin
    count = runtime.database.run(lambda conn: warnings.people(conn, pin, day_of(now)))
    if count > MOST_WARNED and not yes:
        texts = [catalogue().text(warnings.TEXT, language) for language in LANGUAGES]
        click.echo("\n".join(texts))
        click.confirm(f"{count} telephones get this, each in its language. Send it?", abort=True)

    def work(conn: Conn) -> bool:
        new = warnings.start(conn, pin, day_of(now), now, count)
        if new:
            operator.note(conn, f"{pin}, {count} telephones")
        return new

    with refusals_shown():
        new = runtime.database.run(work)
    if not new:
        raise click.ClickException(f"{pin} is warned today already: once a day is enough")
    ring(runtime.redis, SWEEP)
    click.echo(f"everybody with an article due today in {pin} is being warned")
