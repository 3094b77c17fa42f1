"""`flask replay`: every stored sprint decided again with today's code (docs/operations.md)."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, TextIO

import click
from flask.cli import with_appcontext

from flows.replay.replay import Difference, Undecidable, decided_today, differences
from flows.replay.replay import replay as decided_again
from india import calendar
from india import phone as phones
from india.masks import veiled
from postal.desk import sprints
from postal.desk.sprints import Period, StoredSprint, UnreadableRow
from store import months_state
from web import running
from web.commands import operator
from web.commands.days import Moment
from web.commands.personal_file import PersonalFile, PersonalWriter
from web.commands.refusals import refusals_shown

_SHOWN = 200  # letters of a difference
_SHORTEST_REASON = 5  # letters


@click.command("replay")
@with_appcontext
@click.option("--since", type=Moment(), help="From this day or moment on; default: the first.")
@click.option("--until", type=Moment(), help="Up to this day or moment; default: the last.")
@click.option("--phone", help="Only of this telephone.")
@click.option(
    "--record", type=PersonalFile(), help="Writes today's decisions to a file, yours alone."
)
@click.option(
    "--against",
    type=click.File("r", encoding="utf-8"),
    help="Compares with the decisions that another revision recorded, not with the stored ones.",
)
@click.option("--each", is_flag=True, help="Says every sprint and its proof; telephones masked.")
@click.option("--reveal", metavar="REASON", help="Shows that of --phone; the access log says why.")
def replay(
    since: datetime | None,
    until: datetime | None,
    phone: str | None,
    record: PersonalWriter | None,
    against: TextIO | None,
    *,
    each: bool,
    reveal: str | None,
) -> None:
    """Decide stored sprints again with today's code. Fail where a decision differs."""
    if since is not None and until is not None and since >= until:
        raise click.ClickException("--since must be before --until")
    try:
        number = phones.read(phone) if phone else None
        recorded = _recorded(against) if against else None
    except ValueError as refused:
        raise click.ClickException(str(refused)) from refused
    why = _why(reveal, number)
    period = Period(since, until, number)
    _say_archived(period)
    began = time.monotonic()
    total = differing = missing = unread = 0
    for stored in _with_progress(period, why):
        if isinstance(stored, UnreadableRow):
            unread += 1
            click.echo(f"sprint {stored.id}: {stored.why}")
            continue
        total += 1
        found = _differences(stored, recorded, record)
        if found is None:
            missing += 1
        elif found:
            differing += 1
        if each or found:
            _say(stored, found or (), whole=bool(why))
    took = max(time.monotonic() - began, 1e-9)
    unreadable = f", {unread} cannot be read" if unread else ""
    unrecorded = f", {missing} not in {Path(against.name).name}" if against and missing else ""
    click.echo(
        f"{total} sprints decided again, {differing} differ{unrecorded}{unreadable}"
        f" ({total / took:,.0f} a second)"
    )
    if differing or unread:
        raise click.exceptions.Exit(1)


def _say_archived(period: Period) -> None:
    """Say which months of sprints are not replayed, because they are in files.

    One of which only a part was brought back is no period of which anything could be said: refused.
    """
    with running.runtime().database.transaction() as conn:
        found = [each for each in months_state.archived(conn) if each.table == "sprints"]
    for each in found:
        since, until = (calendar.bounds(day)[0] for day in (each.month, each.ends))
        if (period.until is not None and period.until <= since) or (
            period.since is not None and period.since >= until
        ):
            continue
        if each.half:
            raise click.ClickException(
                f"{each.back} of the {each.rows} sprints of {each.month:%Y-%m} are in the database,"
                f" all are in {each.place}: bring the others back, or leave the month out with"
                " --since and --until (docs/operations.md, Months)"
            )
        if not each.back:
            click.echo(
                f"{each.month:%Y-%m} is archived: {each.rows} sprints in {each.place}", err=True
            )


def _why(reason: str | None, number: str | None) -> str:
    """Return why a whole telephone is shown; "": none is. Raises `click.UsageError`."""
    if reason is None:
        return ""
    why = " ".join(veiled(reason).split())
    if number is None or len(why) < _SHORTEST_REASON:
        raise click.UsageError("--reveal takes a reason in words, and one --phone")
    return why


def _with_progress(period: Period, why: str) -> Iterator[StoredSprint | UnreadableRow]:
    runtime = running.runtime()
    with refusals_shown(), runtime.database.transaction() as conn:
        length = sprints.counted(conn, period)
        with click.progressbar(
            sprints.look_through(conn, period, operator.reader(), why),
            length=length,
            label="replaying",
            file=sys.stderr,
            update_min_steps=max(1, length // 200),
        ) as shown:
            yield from shown


def _differences(
    stored: StoredSprint, recorded: dict[int, Any] | None, record: PersonalWriter | None
) -> tuple[Difference, ...] | None:
    """Return how the decisions differ; None where the other revision recorded none."""
    if recorded is None and record is None:
        return decided_again(
            stored.machine, stored.event, stored.state_before, stored.facts, stored.decision
        )
    try:
        today: Any = decided_today(stored.machine, stored.event, stored.state_before, stored.facts)
    except Undecidable as reason:
        today = {"undecidable": str(reason)}
    if record is not None:
        record.write(json.dumps([stored.id, today], ensure_ascii=False) + "\n")
    if recorded is None:
        was: Any = stored.decision
    elif stored.id in recorded:
        was = recorded[stored.id]
    else:
        return None
    if "undecidable" in today or "undecidable" in was:
        same = today == was
        return () if same else (Difference("decision", was.get("state"), today.get("undecidable")),)
    return differences(was, today)


def _recorded(file: TextIO) -> dict[int, Any]:
    """Return another revision's decisions by sprint. Raises ValueError naming a broken line."""
    found: dict[int, Any] = {}
    for line, text in enumerate(file, start=1):
        try:
            id_, decision = json.loads(text)
            found[int(id_)] = dict(decision)
        except (ValueError, TypeError) as broken:
            raise ValueError(
                f"{file.name}, line {line}: not written by flask replay --record"
            ) from broken
    return found


def _say(stored: StoredSprint, found: tuple[Difference, ...], *, whole: bool) -> None:
    """Say a sprint and its differences. `whole`: with the whole telephone whose it is."""
    masked = stored.whose.startswith("+") and not whole
    whose = phones.masked(stored.whose) if masked else stored.whose
    click.echo(
        f"sprint {stored.id}, {calendar.local(stored.at):%Y-%m-%d %H:%M:%S}, {stored.machine}"
        f" {whose}, {stored.event.get('kind')} (proof: {stored.proof or 'none'})"
        f"{':' if found else ''}"
    )
    for each in found:
        click.echo(f"  {each.field} was {_short(each.was)}")
        click.echo(f"  {each.field} now {_short(each.now)}")


def _short(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    text = veiled(text)
    return text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"
