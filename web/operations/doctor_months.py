"""The findings of `flask doctor` about the months of the large tables: what to do about each."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any, Final

import psycopg

from settings import Settings
from store import archive_attempts, months_state
from store.months_state import ArchivedRows
from web.operations.findings import Finding

_DOCS: Final = "docs/operations.md, Months"
_LATE: Final = timedelta(days=7)  # purge runs every night
_MAKE: Final = "does a worker run? It makes them within a minute"


def examine(conn: psycopg.Connection[Any], settings: Settings, now: datetime) -> Iterator[Finding]:
    """Yield what is wrong with the months, or how far ahead they are made."""
    yield from _made(conn)
    yield from _astray(conn)
    yield from _before_months(conn)
    yield from _archives(conn)
    due = now - timedelta(days=settings.keep_persons_days) - _LATE
    for month in months_state.before(conn, "access_log", due.date()):
        says = f"{month:%Y-%m} of the access log is past its time: run `flask purge` every night"
        yield Finding("wrong", "months", says)


def _made(conn: psycopg.Connection[Any]) -> Iterator[Finding]:
    missing = months_state.missing(conn)
    for month, tables in missing.items():
        says = (
            f"there is no {month:%Y-%m} of {', '.join(tables)}: rows of it wait in the default"
            f" partition, none is lost; {_MAKE} ({_DOCS})"
        )
        yield Finding("wrong", "months", says)
    if not missing:
        until = months_state.made_until(conn)
        yield Finding("ok", "months", f"made until {until}")


def _astray(conn: psycopg.Connection[Any]) -> Iterator[Finding]:
    """Yield where rows are whose month nobody made, or has not begun: a clock stood wrong."""
    for table, rows in months_state.waiting(conn).items():
        says = (
            f"{rows} rows of {table} wait in no month: is the clock of the database right? {_MAKE},"
            f" and moves them ({_DOCS})"
        )
        yield Finding("wrong", "months", says)
    for month, tables in months_state.ahead_of_time(conn).items():
        says = (
            f"{month:%Y-%m} has not begun and has rows ({', '.join(tables)}): the clock of the"
            " database stood ahead. They are found as all others and stay there; see that NTP runs"
        )
        yield Finding("wrong", "clock", says)


def _before_months(conn: psycopg.Connection[Any]) -> Iterator[Finding]:
    first = months_state.first(conn)
    if first.over and first.tables:
        says = (
            f"{', '.join(first.tables)}: the rows of before and of {first.month:%Y-%m} are in one"
            f" partition, about {first.mebibytes} MiB; `flask archive month {first.month:%Y-%m}"
            " --into DIRECTORY` takes them out when you want"
        )
        yield Finding("note", "months", says)


def _archives(conn: psycopg.Connection[Any]) -> Iterator[Finding]:
    for each in archive_attempts.attempts(conn):
        says = (
            f"the archive of {each.month:%Y-%m} into {each.place} began at"
            f" {each.began_at:%Y-%m-%d %H:%M} and did not end: unless it runs, it was cut off."
            f" The month is in the database, whole: run it again ({_DOCS})"
        )
        yield Finding("wrong", "archive", says)
    for month, tables in months_state.incomplete(conn).items():
        says = (
            f"{month:%Y-%m} is archived, but not of {', '.join(tables)}: bring the others back as"
            f" well ({_DOCS})"
        )
        yield Finding("wrong", "archive", says)
    for rows in months_state.archived(conn):
        yield from _archived(rows)


def _archived(rows: ArchivedRows) -> Iterator[Finding]:
    what = f"{rows.table} of {rows.month:%Y-%m}"
    if rows.half:
        says = (
            f"{rows.back} of the {rows.rows} rows of {what} are in the database, all are in"
            f" {rows.place}: bring the others back, or remove these ({_DOCS})"
        )
        yield Finding("wrong", "archive", says)
    elif rows.back:
        says = f"all rows of {what} are back: delete its line of archived_months ({_DOCS})"
        yield Finding("note", "archive", says)
    if rows.late:
        says = (
            f"{rows.late} rows of {what} came after it was archived: the clock of the database"
            " stood behind. They are found as all others; see that NTP runs"
        )
        yield Finding("wrong", "clock", says)
