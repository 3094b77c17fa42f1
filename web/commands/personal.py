"""`flask purge`, `flask export-person`, `flask forget-person`: the personal data that is kept."""

from __future__ import annotations

import json
import sys
from collections import Counter
from datetime import timedelta
from pathlib import Path

import click
from flask.cli import with_appcontext

from india import phone as phones
from postal.privacy import forget, marks, personal, retention, worklists
from postal.privacy.kept import Kept
from postal.privacy.worklists import DataWish
from store import archive
from store.chains.redact import Removing
from web import running
from web.commands.as_purge import purging
from web.commands.operator import doer, login, reader
from web.commands.personal_file import PersonalFile, PersonalWriter
from web.commands.refusals import refusals_shown


@click.command("purge")
@with_appcontext
@click.option("--bodies-older-than", "bodies", type=click.IntRange(min=1), help="Days.")
@click.option("--persons-older-than", "persons", type=click.IntRange(min=1), help="Days.")
@click.option("--dry-run", is_flag=True, help="Only says how much there is.")
@click.option(
    "--after-a-pause", is_flag=True, help="The clock is right: no purge ran for over two weeks."
)
def purge(bodies: int | None, persons: int | None, dry_run: bool, after_a_pause: bool) -> None:
    """Anonymise what is older than KEEP_BODIES_DAYS and KEEP_PERSONS_DAYS. Run it every night."""
    runtime = running.runtime()
    now, settings = runtime.now(), runtime.settings
    kept = Kept(
        now - timedelta(days=bodies or settings.keep_bodies_days),
        now - timedelta(days=persons or settings.keep_persons_days),
        now,
        login(),
    )
    with runtime.database.transaction() as conn:
        length = retention.left(conn, kept)
    if dry_run:
        click.echo(f"{length} rows would be purged; nothing was changed")
        return
    if not after_a_pause:
        with refusals_shown(), runtime.database.transaction() as conn:
            marks.insist_on_the_clock(conn, now)
    done: Counter[str] = Counter()
    bar = click.progressbar(length=length, label="purging", file=sys.stderr)
    with purging() as database, bar:
        for kind, count in retention.purge(database, kept):
            done[kind] += count
            bar.update(count)
    for kind, count in done.items():
        click.echo(f"{kind}: {count}")
    click.echo("purged" if done else "nothing was old enough")


@click.command("export-person")
@with_appcontext
@click.argument("phone", required=False)
@click.option("--request", "asked", type=int, help="The request of the desk; it is closed.")
@click.option(
    "--into", type=PersonalFile(), default="-", help="A file, yours alone; default: stdout."
)
def export_person(phone: str | None, asked: int | None, into: PersonalWriter) -> None:
    """Write all that is stored of PHONE, or of whom the request is about, as JSON for them."""
    number = _of(phone, asked, "see")
    with running.runtime().database.transaction() as conn:
        parts = personal.parts(conn, number, reader())
    if not parts:
        raise click.ClickException("nothing is stored of this telephone")
    _close(asked)
    _say_archived("what they hold of this person is not in the export")
    json.dump({part.name: part.rows for part in parts}, into, ensure_ascii=False, indent=1)
    into.write("\n")


@click.command("forget-person")
@with_appcontext
@click.argument("phone", required=False)
@click.option("--request", "asked", type=int, help="The request of the desk; it is closed.")
@click.option("--reason", required=True, help="Why; it is written into the event feed.")
@click.confirmation_option(prompt="What is forgotten cannot be brought back. Forget this person?")
def forget_person(phone: str | None, asked: int | None, reason: str) -> None:
    """Remove PHONE (or of whom a request is), its names and words; what happened stays."""
    runtime = running.runtime()
    number = _of(phone, asked, "forget")
    by = Removing(login(), reason, runtime.now())
    with refusals_shown(), purging() as database:
        done = database.run(lambda conn: forget.forget(conn, number, by))
    _close(asked)
    _say_archived("this person is not forgotten there: remove the files when their time is over")
    click.echo(
        f"{phones.masked(number)} is forgotten:"
        f" {done.texts} texts, {done.articles} articles, {done.sprints} sprints rewritten"
    )


def _say_archived(what: str) -> None:
    """Say which months are in files, which neither an export nor forgetting reaches."""
    with running.runtime().database.transaction() as conn:
        found = {(month, Path(place).parent) for month, _, _, place in archive.archived(conn)}
    for month, place in sorted(found):
        click.echo(f"{month:%Y-%m} is archived in {place}: {what}", err=True)


def _of(phone: str | None, asked: int | None, what: DataWish) -> str:
    """Return the telephone of the command line, or of the open request `asked` for `what`."""
    if (phone is None) == (asked is None):
        raise click.UsageError("name a telephone, or a request with --request")
    if asked is None:
        return _read(phone or "")
    with refusals_shown(), running.runtime().database.transaction() as conn:
        found = worklists.get(conn, asked)
    if found.what != what or found.done_at is not None:
        raise click.ClickException(f"request {asked} is not an open one to {what}")
    return found.phone


def _close(asked: int | None) -> None:
    if asked is not None:
        with refusals_shown():
            running.runtime().database.run(
                lambda conn: worklists.answer(conn, asked, "done", "", doer())
            )


def _read(phone: str) -> str:
    with refusals_shown():
        return phones.read(phone)
