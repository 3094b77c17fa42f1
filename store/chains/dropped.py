"""Months that retention dropped whole, held against the digests that were sealed of their rows.

Such a month is one row of `redactions`. It says how many rows there were and what their digests
come to; the sealed digests of the rows that are missing must come to the same. So nobody hides the
removal of another row behind it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from store.chains.findings import ChainFinding
from store.database import Conn


@dataclass
class DroppedRows:
    """A month that was dropped, and what was found missing of it, day by day."""

    chain: str
    first_id: int
    last_day: date
    rows: int
    digest: bytes
    _missing: int = 0
    _day: date | None = None
    _of_day: Any = field(default_factory=hashlib.sha256)
    _of_month: Any = field(default_factory=hashlib.sha256)

    def missed(self, day: date, digest: bytes) -> None:
        """Add a row that is missing; days and, within them, ids come in their order."""
        if self._day is not None and day != self._day:
            self._end_day()
        self._day = day
        self._of_day.update(digest)
        self._missing += 1

    def differs(self) -> bool:
        """Tell whether other rows are missing than were dropped, once all are known."""
        if self._day is not None:
            self._end_day()
            self._day = None
        return (self._missing, self._of_month.digest()) != (self.rows, self.digest)

    def _end_day(self) -> None:
        self._of_month.update(self._of_day.digest())
        self._of_day = hashlib.sha256()


def read(conn: Conn) -> dict[tuple[str, int], DroppedRows]:
    """Return the months that were dropped, by chain and number; none is dropped twice."""
    rows = conn.execute(
        "SELECT chain, row_id, row_day, rows, digest_was FROM redactions"
        " WHERE rows IS NOT NULL ORDER BY id"
    ).fetchall()
    return {(row[0], row[1] // 10**12): DroppedRows(*row) for row in rows}


def differing(months: Iterable[DroppedRows], chain: str) -> Iterator[ChainFinding]:
    """Yield those of which something else is missing than was dropped."""
    for each in months:
        if each.chain == chain and each.differs():
            detail = f"a month of {each.rows} rows was dropped, others are missing"
            yield ChainFinding("removal", each.last_day, chain, each.first_id, detail)
