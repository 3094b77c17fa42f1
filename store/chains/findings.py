"""What verifying the chains can find: which row, of which day, and what differs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Final, Literal

Difference = Literal[
    "changed",
    "reworded",
    "unreadable",
    "removed",
    "inserted",
    "removal",
    "leaves",
    "root",
    "seal",
    "chain",
    "unsealed",
    "no seal",
    "told",
    "future",
    "file",
]

_SAYS: Final[dict[Difference, str]] = {
    "changed": "changed after it was written",
    "reworded": "event or acts are not what its digest tells of them: more than removed",
    "unreadable": "as it was written, and cannot be read",
    "removed": "removed, and not by purge",
    "inserted": "inserted after the day was sealed",
    "removal": "its entry in redactions does not fit the digest that was sealed",
    "leaves": "the sealed digests were changed: what the rows are compared with is not sound",
    "root": "the root over the sealed digests is not the one in the seal",
    "seal": "the seal itself was changed",
    "chain": "the seal does not follow from the day before: one was changed, removed or inserted",
    "unsealed": "there are rows before the first day that was sealed",
    "no seal": "the day is over and has no seal: it was removed, or no worker seals (audit seal)",
    "told": "the feed told another root of it than the seal has",
    "future": "written on a day that has not begun",
    "file": "the published file and the seal differ",
}


@dataclass(frozen=True)
class ChainFinding:
    """One difference. `table` and `row`: None where it is about the whole day; `detail`: more.

    `until`: the last of several days in a row of which the same is true.
    """

    difference: Difference
    day: date
    table: str | None = None
    row: int | None = None
    detail: str = ""
    until: date | None = None

    def __str__(self) -> str:
        days = f"{self.day} to {self.until}" if self.until else f"{self.day}"
        where = f"{self.table or 'all tables'}, {days}"
        if self.row is not None:
            where = f"{self.table} id {self.row}, {self.day}"
        detail = f" ({self.detail})" if self.detail else ""
        return f"{where}: {_SAYS[self.difference]}{detail}"


@dataclass(frozen=True)
class CountedRows:
    """What was looked at in one table: rows, and of them what purge and forgetting touched."""

    table: str
    rows: int
    rewritten: int
    removed: int
    open: int  # rows of days without a seal yet
    archived: int  # rows of months that are in files; `flask archive check` compares those


@dataclass(frozen=True)
class Removal:
    """What purge or forgetting removed in one table, by one person for one reason."""

    table: str
    rows: int
    role: str
    operator: str
    reason: str
    first: date
    last: date

    def __str__(self) -> str:
        when = str(self.first) if self.first == self.last else f"{self.first} to {self.last}"
        return (
            f"removed: {self.table}, {self.rows} rows, {when}, by {self.operator} as {self.role}:"
            f" {self.reason}"
        )


def in_rows(found: Iterable[ChainFinding]) -> Iterator[ChainFinding]:
    """Return findings about whole days in their order, those of days in a row as one."""
    waiting: ChainFinding | None = None
    for each in found:
        if waiting is not None and each == replace(waiting, day=each.day, until=None):
            last = waiting.until or waiting.day
            if each.day == last + timedelta(days=1):
                waiting = replace(waiting, until=each.day)
                continue
        if waiting is not None:
            yield waiting
        waiting = each
    if waiting is not None:
        yield waiting
