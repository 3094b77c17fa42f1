"""A month of the large tables written to files, read back, and only then dropped.

Nobody waits for it: it holds no lock while it writes. Where a row of the month is changed
meanwhile (`store/archive_watch.py`), its table is written once more. Whatever cuts it off before
the end leaves the month in the database, whole; the next run begins anew, and `flask doctor` says
that it is to. Digests and seals stay in the database, so the chains go on verifying. What guards
over all months that something is once (`carrier_ids`) lets go of what belongs to the month.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Final

import psycopg
from psycopg import sql

from store import archivable, archive_files, archive_watch, feed
from store.archive_attempts import attempt
from store.archive_files import ArchivedTable, Damaged
from store.archive_watch import Parts
from store.database import Conn
from store.months import LARGE, Large
from store.refusals import Conflict, Invalid

_ROUNDS: Final = 5  # of writing what was changed meanwhile
_PLACED_AT_ONCE: Final = 5_000  # readers of the feed wait so long


class Changing(Conflict):
    """The month is changed as often as it is written. Says that nothing was dropped."""


class _ChangedMeanwhile(Exception):
    """Rows of these tables were changed since they were written."""

    def __init__(self, tables: Sequence[Large]) -> None:
        super().__init__(*tables)
        self.tables = tables


@dataclass(frozen=True)
class _Month:
    number: int
    first: date
    parts: Parts
    place: Path

    @property
    def partial(self) -> Path:
        return self.place.with_name(f"{self.place.name}.partial")


def archive(conn: Conn, month: date, directory: Path, now: datetime) -> list[ArchivedTable]:
    """Write `month` (a first day) to `directory`, check it, and drop it; return what was written.

    `conn`: the owner's, with nothing open: the month is gone when it commits. Raises
    `archivable.NotOver`, `archivable.Archived`, `Changing`, `archive_watch.TablesHeld`, `Damaged`,
    and `OSError` where the files cannot be written.
    """
    number = _number(conn, month)
    place = directory / f"{month:%Y-%m}"
    with attempt(conn, number, place):
        archive_watch.take_turn(conn)
        archivable.refuse_again(conn, number, month)
        parts = {table: _partition(conn, table, month) for table in LARGE}
        going = _Month(number, month, parts, place)
        archivable.refuse(conn, number, month, now, parts)  # a month that runs is not watched
        conn.commit()
        try:
            _place_events(conn, parts["events"])
            archive_watch.watch(conn, number, parts)
            return _archive(conn, going, now)
        except BaseException:
            with suppress(psycopg.Error, archive_watch.TablesHeld):
                conn.rollback()
                archive_watch.unwatch(conn, number, parts)
            raise


def _archive(conn: Conn, month: _Month, now: datetime) -> list[ArchivedTable]:
    archive_watch.take_turn(conn)
    archivable.refuse_again(conn, month.number, month.first)
    archive_watch.insist_on(conn, month.parts)
    shutil.rmtree(month.partial, ignore_errors=True)  # of a run that was cut off
    written: dict[Large, ArchivedTable] = {}
    to_write: Sequence[Large] = LARGE
    try:
        month.partial.mkdir(parents=True, mode=0o700)
        for _ in range(_ROUNDS):
            known = archive_watch.changes(conn, month.number)  # before the rows are looked at
            archivable.refuse(conn, month.number, month.first, now, month.parts)
            _write(conn, month, to_write, written)
            try:
                _drop_unless_changed(conn, month, written, known)
            except _ChangedMeanwhile as changed:
                month.place.rename(month.partial)
                to_write = changed.tables
            else:
                return [written[table] for table in LARGE]
    except (OSError, Conflict):
        shutil.rmtree(month.partial, ignore_errors=True)  # a full disk has room again
        raise
    shutil.rmtree(month.partial)
    raise Changing(
        f"rows of {', '.join(to_write)} of {month.first:%Y-%m} are changed as often as they are"
        " written: nothing was dropped; does `flask purge` run? Run it again after that"
    )


def _place_events(conn: Conn, events: sql.Identifier) -> None:
    """Give all events of the month their place in the feed: what has none is in no cursor's way."""
    query = sql.SQL("SELECT EXISTS (SELECT FROM {} WHERE position IS NULL)").format(events)
    while conn.execute(query).fetchone() == (True,):
        feed.place(conn, _PLACED_AT_ONCE)
        conn.commit()
    conn.commit()


def _write(
    conn: Conn, month: _Month, tables: Sequence[Large], written: dict[Large, ArchivedTable]
) -> None:
    """Write `tables`, and the manifest of all; read them back, and give the files their place."""
    for table in tables:
        written[table] = archive_files.write(conn, table, month.parts[table], month.partial)
    every = [written[table] for table in LARGE]
    archive_files.write_manifest(month.partial, month.first, every)
    for table in tables:
        try:
            archive_files.check(month.partial, written[table])
        except Damaged as damaged:
            raise Damaged(f"{damaged}: nothing was dropped") from damaged
    archive_files.put(month.partial, month.place)


def _drop_unless_changed(
    conn: Conn, month: _Month, written: Mapping[Large, ArchivedTable], known: Mapping[str, int]
) -> None:
    """Drop the month. Raise `_ChangedMeanwhile` where more changes than `known` were noted.

    No lock is left then.
    """
    tables = sql.SQL(", ").join(map(sql.Identifier, LARGE))
    with conn.transaction():
        _let_go(conn, month.parts["messages"])
        archive_watch.in_moments(
            conn, [sql.SQL("LOCK TABLE {} IN ACCESS EXCLUSIVE MODE").format(tables)]
        )
        noted = archive_watch.changes(conn, month.number)
        changed = [table for table in LARGE if noted[table] != known.get(table, 0)]
        if changed:
            raise _ChangedMeanwhile(changed)
        _drop(conn, month, written)
        archive_watch.forget(conn, month.number)


def _let_go(conn: Conn, messages: sql.Identifier) -> None:
    """Remove what guards that the month's messages are once: no carrier repeats after so long."""
    for query in (
        "DELETE FROM carrier_ids WHERE (kind, gateway, carrier_id) IN"
        " (SELECT direction, gateway, carrier_id FROM {} WHERE carrier_id IS NOT NULL)",
        "DELETE FROM carrier_ids WHERE (kind, gateway, carrier_id) IN"
        " (SELECT 'again', via, again_of::text FROM {} WHERE again_of IS NOT NULL)",
    ):
        conn.execute(sql.SQL(query).format(messages))


def of_record(conn: Conn, month: date) -> Mapping[str, tuple[int, str]]:
    """Return rows and digest of each table of `month`, as the database kept them; none: unknown."""
    rows = conn.execute(
        "SELECT of_table, rows, encode(digest, 'hex') FROM archived_months WHERE month = %s",
        [_number(conn, month)],
    ).fetchall()
    return {table: (count, digest) for table, count, digest in rows}


def archived(conn: Conn) -> list[tuple[date, str, int, str]]:
    """Return month, table, rows and place of all that was archived, in order."""
    return conn.execute(
        "SELECT month_begins(month), of_table, rows, place FROM archived_months ORDER BY 1, 2"
    ).fetchall()


def _number(conn: Conn, month: date) -> int:
    row = conn.execute(
        "SELECT month_number(%s::timestamp AT TIME ZONE 'Asia/Kolkata')", [month]
    ).fetchone()
    assert row is not None
    return int(row[0])


def _partition(conn: Conn, table: Large, month: date) -> sql.Identifier:
    first = conn.execute("SELECT month_begins(0)").fetchone() == (month,)
    name = f"{table}_first" if first else f"{table}_{month:%Y_%m}"
    if conn.execute("SELECT to_regclass(%s)", [name]).fetchone() == (None,):
        raise Invalid(f"there is no month {month:%Y-%m} of its own in {table}: see `archive list`")
    return sql.Identifier(name)


def _drop(conn: Conn, month: _Month, written: Mapping[Large, ArchivedTable]) -> None:
    """Write down where the rows are, and drop them. The tables are locked."""
    last = conn.execute(
        sql.SQL("SELECT max(position) FROM {}").format(month.parts["events"])
    ).fetchone()
    assert last is not None
    for table, each in written.items():
        conn.execute(
            "INSERT INTO archived_months (month, of_table, rows, digest, place, last_id,"
            " last_position) VALUES (%s, %s, %s, %s, %s, %s, %s)",
            [
                month.number,
                table,
                each.rows,
                bytes.fromhex(each.digest),
                str(archive_files.path_of(month.place, table)),
                each.last_id,
                last[0] if table == "events" else None,
            ],
        )
        part = month.parts[table]
        conn.execute(
            sql.SQL("ALTER TABLE {} DETACH PARTITION {}").format(sql.Identifier(table), part)
        )
        conn.execute(sql.SQL("DROP TABLE {}").format(part))
