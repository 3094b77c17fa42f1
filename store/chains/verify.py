"""Verifying the chains: one changed, removed or inserted row among millions is found and named.

Rows and sealed digests are read side by side in the order of their ids, by cursors: memory does not
grow with the tables. The digests are computed here, from the rows' content, by no function of the
database.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, Final

from psycopg.rows import args_row, class_row

from store import packing
from store.chains import dropped, merkle, rows
from store.chains.document import ChainOfDay, DayDocument
from store.chains.findings import ChainFinding, CountedRows, Removal
from store.chains.rows import CHAINS, Chain
from store.chains.verify_seals import Seals, SealsVerifier
from store.database import Conn
from store.trained import Unpackable

_FETCHED: Final = 2_000
_REPORTED: Final = 1_000


@dataclass(frozen=True)
class Verification:
    """What to verify. `day`: None for all; `files`: where the roots were published, if anywhere."""

    tables: Sequence[Chain] = CHAINS
    day: date | None = None
    files: Path | None = None


class Verifier:
    """Verifies once, in one snapshot: what is written meanwhile is not seen.

    `conn`: at the beginning of a transaction. `report` is told how many rows more were looked at.
    """

    def __init__(self, conn: Conn, asked: Verification, report: Callable[[int], None]) -> None:
        self.conn = conn
        self.asked = asked
        self.counted: list[CountedRows] = []
        self._sealed = SealsVerifier(conn, asked.day, asked.files)
        self._report = report
        conn.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        conn.execute("SET LOCAL TimeZone = 'UTC'")
        self._dropped = dropped.read(conn)
        self._archived = set(conn.execute("SELECT of_table, month FROM archived_months").fetchall())

    @property
    def days(self) -> int:
        """Return how many days are sealed, once they were looked at."""
        return self._sealed.days

    @property
    def last(self) -> tuple[date, str] | None:
        """Return the day and root of the last seal, once they were looked at."""
        return self._sealed.last

    def run(self) -> Iterator[ChainFinding]:
        """Yield all findings. Afterwards `counted`, `days` and `last` say what was looked at."""
        seals = yield from self._sealed.run()
        for table in self.asked.tables:
            yield from self._table(table, seals)

    def rows(self) -> int:
        """Return how many rows there are to look at, for a progress bar."""
        values = {"day": self.asked.day}
        found = (self.conn.execute(rows.count(each), values) for each in self.asked.tables)
        return sum(int(row[0]) for counted in found for row in counted)

    # ---- the rows --------------------------------------------------------------------------------

    def _table(self, table: Chain, seals: Seals) -> Iterator[ChainFinding]:
        tally = _Tally()
        today = self.conn.execute(
            "SELECT (clock_timestamp() AT TIME ZONE 'Asia/Kolkata')::date"
        ).fetchone()
        first_sealed = min(seals, default=None)
        for day in self._days(table, seals):
            document = seals.get(day)
            if day in seals:
                yield from self._sealed_day(table, day, document, tally)
                continue
            before = tally.open
            yield from self._open_day(table, day, tally)
            if tally.open == before:
                continue
            if today is not None and day > today[0]:
                yield ChainFinding("future", day, table)
            elif first_sealed is not None and day < first_sealed:
                yield ChainFinding("unsealed", day, table)
        if self.asked.day is None:
            yield from dropped.differing(self._dropped.values(), table)
        self.counted.append(
            CountedRows(
                table, tally.rows, tally.rewritten, tally.removed, tally.open, tally.archived
            )
        )

    def _days(self, table: Chain, seals: Seals) -> list[date]:
        if self.asked.day is not None:
            return [self.asked.day]
        found = self.conn.execute(rows.days(table)).fetchall()
        return sorted({*seals, *(row[0] for row in found)})

    def _open_day(self, table: Chain, day: date, tally: _Tally) -> Iterator[ChainFinding]:
        """Check each row of a day without a seal against its own digest."""
        for row in self._rows(table, day):
            tally.open += 1
            yield from _own(table, day, row, tally)

    def _sealed_day(
        self, table: Chain, day: date, document: DayDocument | None, tally: _Tally
    ) -> Iterator[ChainFinding]:
        sealed = _Leaves(self.conn, table, day)
        leaves = iter(sealed)
        leaf = next(leaves, None)
        for row in self._rows(table, day):
            while leaf is not None and leaf[0] < row.id:
                yield from self._missing(table, day, leaf, tally)
                leaf = next(leaves, None)
            if leaf is None or leaf[0] > row.id:
                yield ChainFinding("inserted", day, table, row.id)
                continue
            if leaf[1] != row.digest:
                yield ChainFinding("changed", day, table, row.id, "its digest too")
            else:
                yield from _own(table, day, row, tally)
            leaf = next(leaves, None)
        while leaf is not None:
            yield from self._missing(table, day, leaf, tally)
            leaf = next(leaves, None)
        if sealed.unsound:
            parts = ", ".join(map(str, sealed.unsound[:10]))
            yield ChainFinding("leaves", day, table, detail=f"part {parts}")
        if document is not None and document.chains.get(table) != sealed.summed():
            yield ChainFinding("root", day, table)

    def _missing(
        self, table: Chain, day: date, leaf: tuple[int, bytes], tally: _Tally
    ) -> Iterator[ChainFinding]:
        """Check that a sealed row without a row was removed by purge."""
        entry = self.conn.execute(
            "SELECT digest_was FROM redactions WHERE chain = %s AND row_day = %s AND row_id = %s"
            " AND digest_now IS NULL",
            [table, day, leaf[0]],
        ).fetchone()
        month = leaf[0] // 10**12
        if entry is None and (table, month) in self._dropped:
            self._dropped[table, month].missed(day, leaf[1])
            tally.removed += 1
        elif entry is None and (table, month) in self._archived:
            tally.archived += 1
        elif entry is None:
            yield ChainFinding("removed", day, table, leaf[0])
        elif entry[0] != leaf[1]:
            yield ChainFinding("removal", day, table, leaf[0])
        else:
            tally.removed += 1

    def _rows(self, table: Chain, day: date) -> Iterator[_Row]:
        with self.conn.cursor("chain_rows", row_factory=args_row(_Row)) as cursor:
            cursor.itersize = _FETCHED
            done = 0
            for row in cursor.execute(rows.rows(table), {"chain": table, "day": day}):
                done += 1
                if done % _REPORTED == 0:
                    self._report(_REPORTED)
                yield row
            self._report(done % _REPORTED)

    def removals(self) -> list[Removal]:
        """Return what purge and forgetting removed, by whom and why, summed up."""
        with self.conn.cursor(row_factory=class_row(Removal)) as cursor:
            return cursor.execute(
                "SELECT chain AS table, sum(coalesce(rows, 1)) AS rows, role, operator, reason,"
                " min((at AT TIME ZONE 'Asia/Kolkata')::date) AS first,"
                " max((at AT TIME ZONE 'Asia/Kolkata')::date) AS last FROM redactions"
                " WHERE chain = ANY(%s) AND (%s::date IS NULL OR row_day = %s)"
                " GROUP BY chain, role, operator, reason ORDER BY min(id)",
                [list(self.asked.tables), self.asked.day, self.asked.day],
            ).fetchall()


@dataclass
class _Tally:
    rows: int = 0
    rewritten: int = 0
    removed: int = 0
    open: int = 0
    archived: int = 0  # by `flask archive`: their digests are in the seal still


@dataclass(frozen=True)
class _Row:
    id: int
    digest: bytes
    salt: Any  # a UUID
    content: str
    digest_was: bytes | None
    digest_now: bytes | None
    private_salt: Any  # a UUID; None: nothing of the row is hashed apart
    private_digest: bytes | None
    private: str | None  # the content that is hashed apart
    consistent: bool  # with it, what is told of it; of a packed sprint it is looked at here
    kept: bytes | None
    dictionary: int | None
    phones: str | None
    event_kind: str | None
    acts: str | None
    about: str | None

    @property
    def tells_the_truth(self) -> bool:
        """Tell whether what a sprint's digest tells of it is what it holds.

        Raises `store.trained.Unpackable`.
        """
        if self.kept is None or self.dictionary is None:
            return self.consistent
        told = (self.event_kind, self.acts, self.about)
        return told == packing.told(self.kept, self.dictionary, self.phones)


@dataclass
class _Leaves:
    """The sealed digests of one chain on one day, read part by part and summed up meanwhile."""

    conn: Conn
    table: Chain
    day: date
    unsound: list[int] = field(default_factory=list)  # parts that are not what their root says
    _tree: merkle.Tree = field(default_factory=merkle.Tree)
    _rows: int = 0
    _first: int | None = None
    _last: int | None = None

    def __iter__(self) -> Iterator[tuple[int, bytes]]:
        with self.conn.cursor("chain_leaves") as cursor:
            cursor.itersize = 8
            cursor.execute(
                "SELECT part, ids, digests, root FROM sealed_leaves"
                " WHERE chain = %s AND day = %s ORDER BY part",
                [self.table, self.day],
            )
            for part, ids, joined, root in cursor:
                digests = [
                    joined[at : at + merkle.SIZE] for at in range(0, len(joined), merkle.SIZE)
                ]
                if merkle.root(digests) != root:
                    self.unsound.append(part)
                self._tree.add(root)
                self._rows += len(ids)
                self._last = ids[-1] if ids else self._last
                self._first = ids[0] if self._first is None and ids else self._first
                yield from zip(ids, digests, strict=True)

    def summed(self) -> ChainOfDay:
        """Return what the seal must say, once all were read."""
        return ChainOfDay(self._rows, self._first, self._last, self._tree.root().hex())


def _own(table: Chain, day: date, row: _Row, tally: _Tally) -> Iterator[ChainFinding]:
    """Check a row's content against its digest, or against what purge left of it."""
    tally.rows += 1
    if row.digest_now is not None:
        tally.rewritten += 1
        if row.digest_was != row.digest:
            yield ChainFinding("removal", day, table, row.id)
    if row.private is None or row.private_digest is None:
        expected = row.digest if row.digest_now is None else row.digest_now
        if merkle.leaf(row.salt.bytes, row.content) != expected:
            yield ChainFinding("changed", day, table, row.id)
        return
    # Purge touches only what is hashed apart: the row's own digest holds as long as the row.
    expected = row.private_digest if row.digest_now is None else row.digest_now
    if (
        merkle.leaf(row.salt.bytes, row.content) != row.digest
        or merkle.leaf(row.private_salt.bytes, row.private) != expected
    ):
        yield ChainFinding("changed", day, table, row.id)
        return
    try:
        if not row.tells_the_truth:
            yield ChainFinding("reworded", day, table, row.id)
    except Unpackable as why:  # one row must not keep the others from being verified
        yield ChainFinding("unreadable", day, table, row.id, str(why))
