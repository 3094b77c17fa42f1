"""The end of a day: its digests are put into trees, and the roots into its seal.

Writers do nothing for it and wait for nothing. Each row has its own digest; this reads them after
the day. A row takes the number of its transaction first and its day afterwards (`chain_row`). So
when all transactions that had begun after midnight's first look have ended, the day is complete,
however long one took to commit.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from store import feed
from store.chains import rows
from store.chains.document import ChainOfDay, DayDocument, root_of
from store.chains.merkle import PART, Tree, root
from store.chains.rows import CHAINS, Chain
from store.database import Conn, Database

_SEALING = 7_235_004  # the advisory lock: one process seals
_GRACE: Final = timedelta(minutes=1)  # for clocks that are set back a little
_PARTS_AT_ONCE: Final = 32  # in one transaction: rows of a third of a second
_SLICE_SECONDS: Final = 1.0


@dataclass(frozen=True)
class Sealed:
    """The seal of a day. `document`: JSON, letter by letter as it is published."""

    day: date
    document: str

    @property
    def root(self) -> str:
        """Return the day's root, hexadecimal."""
        return root_of(self.document).hex()


@dataclass(frozen=True)
class _Mark:
    """The number of a transaction of ours on `today`: whoever wrote before midnight has a lower."""

    today: date
    number: int


@dataclass(frozen=True)
class _Unfinished:
    """There is more to do for the day."""


@dataclass(frozen=True)
class _Elsewhere:
    """Another process seals."""


_UNFINISHED: Final = _Unfinished()
_ELSEWHERE: Final = _Elsewhere()


class Sealer:
    """Seals the days that are over, one after the other. Kept by the process that does it."""

    def __init__(self, database: Database, now: Callable[[], datetime]) -> None:
        self._database = database
        self._now = now
        self._mark: _Mark | None = None

    def advance(self) -> list[Sealed]:
        """Work for about a second; return the days that were sealed, none where nothing is due."""
        ends = time.monotonic() + _SLICE_SECONDS
        sealed: list[Sealed] = []
        while time.monotonic() < ends:
            day = self._complete()
            if day is None:
                break
            done = self._database.run(lambda conn, day=day: self._seal(conn, day))  # type: ignore[misc]
            if done is _ELSEWHERE:
                break
            if isinstance(done, Sealed):
                sealed.append(done)
        return sealed

    def _seal(self, conn: Conn, day: date) -> Sealed | _Unfinished | _Elsewhere:
        done = _advance(conn, day)
        if isinstance(done, Sealed):
            told = {"day": day.isoformat(), "root": done.root}
            feed.append(conn, "day_sealed", None, self._now(), told)
        return done

    def due(self) -> date | None:
        """Return the next day that is over and has no seal."""
        with self._database.transaction() as conn:
            return _next(conn, _today(conn))

    def _complete(self) -> date | None:
        """Return the day that is due, once every transaction that may write into it has ended."""
        with self._database.transaction() as conn:
            today = _today(conn)
            day = _next(conn, today)
            if day is None:
                return None
            if self._mark is None or self._mark.today != today:
                self._mark = _Mark(today, _own_number(conn))
        with self._database.transaction() as conn:
            return day if _lowest_running(conn) >= self._mark.number else None


def last(conn: Conn) -> Sealed | None:
    """Return the seal of the last day that has one."""
    row = conn.execute("SELECT day, document FROM seals ORDER BY day DESC LIMIT 1").fetchone()
    return Sealed(*row) if row else None


def of_day(conn: Conn, day: date) -> Sealed | None:
    """Return the seal of `day`."""
    row = conn.execute("SELECT day, document FROM seals WHERE day = %s", [day]).fetchone()
    return Sealed(*row) if row else None


def _today(conn: Conn) -> date:
    """Return the day in Asia/Kolkata by the clock of the database, a little late."""
    row = conn.execute(
        "SELECT ((clock_timestamp() - %s) AT TIME ZONE 'Asia/Kolkata')::date", [_GRACE]
    ).fetchone()
    assert row is not None
    day: date = row[0]
    return day


def _own_number(conn: Conn) -> int:
    """Return the number of this transaction: higher than that of all that have one already.

    `pg_snapshot_xmax` would not do: a transaction that runs may have that number, or a higher one.
    """
    row = conn.execute("SELECT pg_current_xact_id()::text::bigint").fetchone()
    assert row is not None
    return int(row[0])


def _lowest_running(conn: Conn) -> int:
    """Return the lowest number of a transaction that has not ended."""
    row = conn.execute("SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint").fetchone()
    assert row is not None
    return int(row[0])


def _next(conn: Conn, today: date) -> date | None:
    """Return the first day that is over and has no seal; days without rows have one too."""
    row = conn.execute("SELECT max(day) FROM seals").fetchone()
    assert row is not None
    if row[0] is not None:
        day: date = row[0] + timedelta(days=1)
        return day if day < today else None
    firsts = [conn.execute(rows.first_day(chain)).fetchone() for chain in CHAINS]
    begun = [first[0] for first in firsts if first is not None]
    return min(begun) if begun and min(begun) < today else None


def _advance(conn: Conn, day: date) -> Sealed | _Unfinished | _Elsewhere:
    """Continue with `day`: some parts of one chain, or its seal where all parts are there."""
    locked = conn.execute("SELECT pg_try_advisory_xact_lock(%s)", [_SEALING]).fetchone()
    if locked == (False,):
        return _ELSEWHERE
    done = last(conn)
    if done is not None and done.day >= day:
        return _UNFINISHED  # another process was faster
    for chain in CHAINS:
        if _add_parts(conn, chain, day):
            return _UNFINISHED
    previous = done.root if done else ""
    document = DayDocument(day, previous, {chain: _of_day(conn, chain, day) for chain in CHAINS})
    sealed = Sealed(day, document.text())
    conn.execute(
        "INSERT INTO seals (day, document, root) VALUES (%s, %s, %s)",
        [day, sealed.document, root_of(sealed.document)],
    )
    return sealed


def _add_parts(conn: Conn, chain: Chain, day: date) -> bool:
    """Write the next parts of a chain's digests; False: all are there."""
    row = conn.execute(
        "SELECT part, ids[cardinality(ids)], cardinality(ids) FROM sealed_leaves"
        " WHERE chain = %s AND day = %s ORDER BY part DESC LIMIT 1",
        [chain, day],
    ).fetchone()
    part, after, length = row if row else (-1, 0, PART)
    if length < PART:
        return False  # the last part is the only one that is not full
    values = {"chain": chain, "day": day, "after": after, "most": PART * _PARTS_AT_ONCE}
    found = conn.execute(rows.leaves(chain), values).fetchall()
    parts = [found[start : start + PART] for start in range(0, len(found), PART)]
    with conn.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO sealed_leaves (chain, day, part, ids, digests, root)"
            " VALUES (%s, %s, %s, %s, %s, %s)",
            [
                (
                    chain,
                    day,
                    part + 1 + number,
                    [id_ for id_, _ in those],
                    b"".join(digest for _, digest in those),
                    root([digest for _, digest in those]),
                )
                for number, those in enumerate(parts)
            ],
        )
    return bool(found)


def _of_day(conn: Conn, chain: Chain, day: date) -> ChainOfDay:
    tree = Tree()
    count, first, end = 0, None, None
    for root_, length, low, high in conn.execute(
        "SELECT root, cardinality(ids), ids[1], ids[cardinality(ids)] FROM sealed_leaves"
        " WHERE chain = %s AND day = %s ORDER BY part",
        [chain, day],
    ):
        tree.add(root_)
        count, end = count + length, high
        first = low if first is None else first
    return ChainOfDay(count, first, end, tree.root().hex())
