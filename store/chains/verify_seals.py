"""Verifying the seals: each is what its day says, follows the one before, and none is missing."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Mapping
from collections.abc import Set as AbstractSet
from datetime import date, timedelta
from pathlib import Path
from typing import Final

from store.chains import publish, rows
from store.chains.document import DayDocument, root_of
from store.chains.findings import ChainFinding, in_rows
from store.chains.rows import CHAINS
from store.database import Conn

_SEALING: Final = timedelta(hours=1)  # after midnight, in which a day may have no seal yet

Seals = dict[date, DayDocument | None]
"""What the seal of each day says; None where that cannot be read."""


class SealsVerifier:
    """Verifies the seals once. `day`: of which alone findings are wanted; None: of all.

    `files`: where the roots were published, if anywhere. After `run`, `days` is how many seals
    there are, and `last` is the day and root of the last.
    """

    def __init__(self, conn: Conn, day: date | None, files: Path | None) -> None:
        self._conn = conn
        self._day = day
        self._files = files
        self.days = 0
        self.last: tuple[date, str] | None = None

    def run(self) -> Generator[ChainFinding, None, Seals]:
        """Check every seal, and that every day that is over has one; return all of them.

        Also where one day is asked for: whether it is sealed and late rows are in no seal is seen
        from the others. What is found of other days is not said then.
        """
        seals: Seals = {}
        roots: dict[date, str] = {}
        before: tuple[date, str] | None = None
        found: list[ChainFinding] = []
        query = "SELECT day, document, root FROM seals ORDER BY day"
        for day, text, root in self._conn.execute(query).fetchall():
            found += _seal(day, text, root, before)
            found += self._file(day, text)
            seals[day], roots[day] = _read(text), root_of(text).hex()
            before = (day, roots[day])
        self.days, self.last = len(seals), before
        found += self._missing_seals(roots)
        last = before[0] if before else None
        for day in publish.days(self._files) if self._files else ():
            if last is None or day > last:
                found.append(ChainFinding("file", day, detail="there is a file and no seal"))
        found.sort(key=lambda each: each.day)
        if self._day is None:
            yield from in_rows(found)
        else:
            yield from (each for each in found if each.day == self._day)
        return seals

    def _missing_seals(self, roots: Mapping[date, str]) -> Iterator[ChainFinding]:
        """Yield the days that are over and have no seal, or another one than the feed told."""
        told = {
            date.fromisoformat(day): root
            for day, root in self._conn.execute(
                "SELECT data->>'day', data->>'root' FROM events WHERE kind = 'day_sealed'"
                " AND data->>'day' ~ '^[0-9]{4}-[0-9]{2}-[0-9]{2}$' ORDER BY id"
            ).fetchall()
        }
        for day in self._over({*roots, *told}):
            if day not in roots:
                detail = "the feed told its root: it was removed" if day in told else ""
                yield ChainFinding("no seal", day, detail=detail)
            elif day in told and told[day] != roots[day]:
                yield ChainFinding("told", day)

    def _over(self, known: AbstractSet[date]) -> Iterator[date]:
        """Yield the days since the first that has a seal or rows that are over since an hour."""
        row = self._conn.execute(
            "SELECT ((clock_timestamp() - %s) AT TIME ZONE 'Asia/Kolkata')::date", [_SEALING]
        ).fetchone()
        assert row is not None
        first = min(known, default=None)
        if first is None:
            rows_of = (self._conn.execute(rows.first_day(each)).fetchone() for each in CHAINS)
            first = min((each[0] for each in rows_of if each is not None), default=row[0])
        while first < row[0]:
            yield first
            first += timedelta(days=1)

    def _file(self, day: date, text: str) -> Iterator[ChainFinding]:
        if self._files is not None:
            published = publish.read(self._files, day)
            if published is not None and published != text:
                yield ChainFinding("file", day)


def _seal(
    day: date, text: str, root: bytes, before: tuple[date, str] | None
) -> Iterator[ChainFinding]:
    document = _read(text)
    if root_of(text) != root or document is None or document.day != day:
        yield ChainFinding("seal", day)
        return
    follows = document.previous == (before[1] if before else "")
    if not follows or (before is not None and (day - before[0]).days != 1):
        yield ChainFinding("chain", day)


def _read(text: str) -> DayDocument | None:
    try:
        return DayDocument.read(text)
    except ValueError:
        return None
