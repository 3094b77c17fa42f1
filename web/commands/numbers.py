"""`flask numbers …`: telephones that may be another person's by now."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Final

import click
from flask.cli import AppGroup

from india import calendar, phone
from india.calendar import day_of
from postal.people import numbers as known_numbers
from web import running
from web.commands import operator
from web.commands.days import Day
from web.commands.refusals import refusals_shown

_DAYS: Final = 30
_SHOWN: Final = 20

numbers = AppGroup("numbers", help="Telephones that may be another person's by now.")


@numbers.command("withdrawn")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--on", "day", type=Day(), help="Of lines without a day.")
def withdrawn(file: Path, day: date | None) -> None:
    """Read a list of withdrawn numbers (MNRL), a number and the day on each line of a CSV FILE.

    Telephones of the books that are on it are asked before a code goes out. Again changes nothing.
    """
    runtime = running.runtime()
    today = day_of(runtime.now())
    if day is not None and day > today:
        raise click.ClickException("--on is a day that is still to come")
    listed, bad = _read(file, day or today, today)
    with refusals_shown(), runtime.database.transaction() as conn:
        done = known_numbers.list_withdrawn(conn, listed.items(), runtime.now())
        operator.note(conn, f"listed {len(listed)} withdrawn numbers")
    for line, why in bad[:_SHOWN]:
        click.echo(f"line {line}: {why}", err=True)
    if len(bad) > _SHOWN:
        click.echo(f"and {len(bad) - _SHOWN} more lines like these", err=True)
    click.echo(
        f"numbers: {len(listed)}, new or later than before: {done.new};"
        f" telephones of the books in doubt now: {done.doubted}; lines left out: {len(bad)}"
    )
    if bad and not listed:
        raise click.ClickException("no line could be read: a number, a comma, a day as 2026-11-30")


def _read(
    file: Path, otherwise: date, today: date
) -> tuple[dict[str, date], list[tuple[int, str]]]:
    """Return numbers (E.164) with their days, and what is wrong with which line.

    A first line of words is a heading. A day after `today` is a mistake of the list: believed, it
    would outweigh whatever its telephone says until then.
    """
    listed: dict[str, date] = {}
    bad: list[tuple[int, str]] = []
    for line, cells in _lines(file):
        number = phone.e164(cells[0])
        if number is None:
            if line > 1:
                bad.append((line, "no telephone in the first column"))
            continue
        try:
            said = calendar.read(cells[1]) if len(cells) > 1 and cells[1] else otherwise
        except calendar.NoDay:
            bad.append((line, "the second column is no day as 2026-11-30"))
            continue
        if said > today:
            bad.append((line, f"{said} is still to come"))
            continue
        listed[number] = max(said, listed.get(number, said))
    return listed, bad


def _lines(file: Path) -> Iterator[tuple[int, list[str]]]:
    with file.open(encoding="utf-8-sig", newline="", errors="replace") as opened:
        for line, cells in enumerate(csv.reader(opened), start=1):
            if any(cells):
                yield line, [cell.strip() for cell in cells]


@numbers.command("figures")
def figures() -> None:
    """Print how many telephones are in doubt, and what those said that were asked."""
    runtime = running.runtime()
    with runtime.database.transaction() as conn:
        found = known_numbers.figures(conn, runtime.now() - timedelta(days=_DAYS))
    for why, count in found.doubted.items():
        click.echo(f"in doubt, {why.replace('_', ' ')}: {count}")
    click.echo(
        f"asked in {_DAYS} days: {found.asked}; mine: {found.confirmed};"
        f" not mine: {found.denied}; no answer: {found.asked - found.confirmed - found.denied}"
    )
