"""The offices as the administration keeps them: all of them, and new ones from the directory.

Another district is added by its name: its post offices are in the file that is shipped with the
directory of PINs (`postal/counter/post_offices.py`).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from psycopg.rows import class_row

from flows.facts import Mode
from store.database import Conn
from store.refusals import Unknown

BranchType = Literal["head", "sub", "branch"]


@dataclass(frozen=True)
class OfficeEntry:
    """An office. `account_office`: the one that was set to keep its accounts, if one was.

    `postmen`, `accounts`: how many active ones there are.
    """

    id: int
    name: str
    pin: str
    branch_type: BranchType
    district: str
    account_office: str | None
    mode: Mode
    postmen: int
    accounts: int


@dataclass(frozen=True)
class NewOffice:
    """An office that is to be added."""

    name: str
    pin: str
    branch_type: BranchType
    district: str


class NoSuchOffice(Unknown):
    """No office has this row."""

    sentence = "there is no such office"
    field = "office"
    word = "office_unknown"


_READ: Final = """
SELECT o.id, o.name, o.pin, o.branch_type, o.district, a.name AS account_office, o.mode,
       (SELECT count(*) FROM staff s
        WHERE s.office_id = o.id AND s.active AND s.role = 'postman') AS postmen,
       (SELECT count(*) FROM staff s
        WHERE s.office_id = o.id AND s.active AND s.role <> 'postman') AS accounts
FROM offices o LEFT JOIN offices a ON a.id = o.account_office_id
"""


def offices(conn: Conn) -> list[OfficeEntry]:
    """Return all offices, by district, head offices first."""
    with conn.cursor(row_factory=class_row(OfficeEntry)) as cursor:
        return cursor.execute(
            _READ + " ORDER BY o.district, o.pin,"
            " array_position(ARRAY['head', 'sub', 'branch'], o.branch_type), o.name"
        ).fetchall()


def office(conn: Conn, row: str) -> OfficeEntry:
    """Return the office with this row, as a form sends it. Raise `NoSuchOffice`."""
    if not row.isascii() or not row.isdecimal() or len(row) > 18:
        raise NoSuchOffice
    with conn.cursor(row_factory=class_row(OfficeEntry)) as cursor:
        found = cursor.execute(_READ + " WHERE o.id = %s", (int(row),)).fetchone()
    if found is None:
        raise NoSuchOffice
    return found


def add(conn: Conn, new: Iterable[NewOffice]) -> int:
    """Add offices; those that are there already stay as they are. Return how many are new."""
    added = 0
    for each in new:
        added += conn.execute(
            "INSERT INTO offices (name, pin, branch_type, district) VALUES (%s, %s, %s, %s)"
            " ON CONFLICT (pin, name) DO NOTHING",
            (each.name, each.pin, each.branch_type, each.district),
        ).rowcount
    return added


def missing(conn: Conn, wanted: Sequence[NewOffice]) -> list[NewOffice]:
    """Return those of `wanted` that are not there yet."""
    there = set(
        conn.execute(
            "SELECT pin::text, name FROM offices WHERE pin = ANY(%s)",
            (sorted({each.pin for each in wanted}),),
        ).fetchall()
    )
    return [each for each in wanted if (each.pin, each.name) not in there]
