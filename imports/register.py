"""The register of imports: received, started, cancelled, and their progress."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

from psycopg.rows import class_row

from imports.columns import Kind
from imports.faults import Refusal
from postal.people.doer import Doer
from store.database import Conn
from store.refusals import Conflict, Invalid, Unknown

State = Literal["reading", "checking", "checked", "importing", "done", "cancelled", "refused"]
UNDER_WAY: Final[tuple[State, ...]] = ("reading", "checking", "importing")
_PIECE_BYTES: Final = 1 << 20
_LONGEST_NAME: Final = 200


@dataclass(frozen=True)
class Import:
    """One file. `rows` … `imported` count its rows; `separator` and `encoding`: how it was read."""

    id: int
    state: State
    kind: Kind | None
    file_name: str
    digest: bytes
    bytes: int
    office_id: int | None
    staff_id: int | None
    token_id: int | None
    by: str | None  # the name of the member of staff
    encoding: str | None
    separator: str | None
    header: list[str]
    columns: list[str]
    refusal: Refusal | None
    refused_at_line: int | None
    refusal_detail: str | None
    rows: int
    checked: int
    bad: int
    held: int
    known: int
    imported: int
    created_at: datetime
    checked_at: datetime | None
    started_at: datetime | None
    finished_at: datetime | None
    purged_at: datetime | None

    @property
    def good(self) -> int:
        """Return the number of rows that can still be done, or were."""
        return self.rows - self.bad - self.held - self.known

    @property
    def left_out(self) -> int:
        """Return how many rows will not be done: bad ones, and good ones of a list with one."""
        return self.bad + self.held

    @property
    def percent(self) -> int:
        """Return the progress of its present state, 0 to 100."""
        done, whole = self.done_of
        return min(100, 100 * done // max(1, whole))

    @property
    def done_of(self) -> tuple[int, int]:
        """Return the rows done, and of how many, in its present state."""
        if self.state == "importing":
            return self.imported, self.good
        return self.checked, self.rows


class UnknownImport(Unknown):
    """No import has this id."""

    sentence = "no such import"


class NotChecked(Conflict):
    """The import does not wait for a decision: it is still being checked, or has ended."""

    word = "import_not_checked"

    def __init__(self, ended: bool) -> None:
        super().__init__("it has ended" if ended else "it is not checked yet, or has ended")


class RowsLeftOut(Invalid):
    """The number of rows to be left out differs from the one that was agreed to."""

    field = "left_out"
    word = "import_other_count"

    def __init__(self, left_out: int) -> None:
        super().__init__(
            f"{left_out} rows cannot be taken: mend the file, or say that {left_out} rows are left"
            " out"
        )


class NothingGood(Conflict):
    """No row of the import can be done."""

    sentence = "no row of it can be imported"
    word = "import_nothing_good"


class ImportEnded(Conflict):
    """The import has ended: there is nothing to cancel."""

    sentence = "it has ended already"
    word = "import_has_ended"


def receive(conn: Conn, content: bytes, file_name: str, by: Doer) -> Import:
    """Receive a file. A copy of a file whose import has not ended yet returns that import.

    Where it is brought for an office, it may name lists of that office's postmen only.
    """
    digest = hashlib.sha256(content).digest()
    made = conn.execute(
        "INSERT INTO imports (file_name, digest, bytes, office_id, staff_id, token_id, created_at)"
        " VALUES (%s, %s, %s, %s, %s, %s, %s) ON CONFLICT DO NOTHING RETURNING id",
        (
            _plain(file_name),
            digest,
            len(content),
            by.office,
            by.staff_row,
            by.token_id,
            by.at,
        ),
    ).fetchone()
    if made is None:
        made = conn.execute(
            "SELECT id FROM imports WHERE digest = %s AND finished_at IS NULL"
            " AND office_id IS NOT DISTINCT FROM %s AND token_id IS NOT DISTINCT FROM %s",
            (digest, by.office, by.token_id),
        ).fetchone()
        if made is None:  # it ended between the two statements
            return receive(conn, content, file_name, by)
        return get(conn, made[0])
    for position, start in enumerate(range(0, len(content), _PIECE_BYTES)):
        conn.execute(
            "INSERT INTO import_pieces (import_id, position, content) VALUES (%s, %s, %s)",
            (made[0], position, content[start : start + _PIECE_BYTES]),
        )
    return get(conn, made[0])


def start(conn: Conn, id_: int, left_out: int, now: datetime) -> Import:
    """Order that the good rows be done; the caller confirms that `left_out` rows are not.

    A repetition changes nothing. Raise `UnknownImport`, `NotChecked`, `RowsLeftOut` and
    `NothingGood`.
    """
    found = lock(conn, id_)
    if found.state in ("importing", "done"):
        return found
    if found.state != "checked":
        raise NotChecked(ended=found.finished_at is not None)
    if found.good == 0:
        raise NothingGood
    if found.left_out != left_out:
        raise RowsLeftOut(found.left_out)
    conn.execute(
        "UPDATE imports SET state = 'importing', started_at = %s"
        " WHERE id = %s AND state = 'checked'",
        (now, id_),
    )
    return get(conn, id_)


def cancel(conn: Conn, id_: int, now: datetime) -> Import:
    """End an import in its present state; what is done stays done, the other rows are removed.

    Waits for the batch under way. Raise `UnknownImport` and `ImportEnded`.
    """
    found = lock(conn, id_)
    if found.finished_at is not None:
        raise ImportEnded
    conn.execute(
        "UPDATE imports SET state = 'cancelled', finished_at = %s WHERE id = %s", (now, id_)
    )
    conn.execute("DELETE FROM import_pieces WHERE import_id = %s", (id_,))
    conn.execute("DELETE FROM import_rows WHERE import_id = %s AND state <> 'done'", (id_,))
    return get(conn, id_)


def get(conn: Conn, id_: int) -> Import:
    """Return the import. Raise `UnknownImport`."""
    return _one(_read(conn, "i.id = %s", id_))


def lock(conn: Conn, id_: int) -> Import:
    """Return the import, its row locked. Raise `UnknownImport`."""
    return _one(_read(conn, "i.id = %s FOR NO KEY UPDATE OF i", id_))


def claim(conn: Conn, id_: int, state: State) -> Import | None:
    """Return the import, its row locked, if it is in `state` and no other worker holds it."""
    free = "i.id = %s AND i.state = %s FOR NO KEY UPDATE OF i SKIP LOCKED"
    return next(iter(_read(conn, free, id_, state)), None)


def under_way(conn: Conn) -> list[tuple[int, State]]:
    """Return id and state of the imports with work for the worker, the oldest first."""
    rows = conn.execute(
        "SELECT id, state FROM imports WHERE state IN ('reading', 'checking', 'importing')"
        " ORDER BY id"
    ).fetchall()
    return [(row[0], row[1]) for row in rows]


def newest(conn: Conn, office_id: int | None, most: int) -> list[Import]:
    """Return the newest imports of an office; None: of all."""
    return _read(
        conn,
        "%s::bigint IS NULL OR i.office_id = %s ORDER BY i.id DESC LIMIT %s",
        office_id,
        office_id,
        most,
    )


def earlier(conn: Conn, found: Import) -> Import | None:
    """Return the last import of the same file that was done before, of any owner."""
    before = "i.digest = %s AND i.id < %s AND i.imported > 0 ORDER BY i.id DESC LIMIT 1"
    return next(iter(_read(conn, before, found.digest, found.id)), None)


_READ: Final = """
SELECT i.id, i.state, i.kind, i.file_name, i.digest, i.bytes, i.office_id, i.staff_id, i.token_id,
       s.name AS by, i.encoding, i.separator, i.header, i.columns, i.refusal, i.refused_at_line,
       i.refusal_detail, i.rows, i.checked, i.bad, i.held, i.known, i.imported, i.created_at,
       i.checked_at, i.started_at, i.finished_at, i.purged_at
FROM imports i LEFT JOIN staff s ON s.id = i.staff_id WHERE
"""


def _read(conn: Conn, condition: str, *values: object) -> list[Import]:
    with conn.cursor(row_factory=class_row(Import)) as cursor:
        return cursor.execute((_READ + condition).encode(), values).fetchall()


def _one(found: list[Import]) -> Import:
    if not found:
        raise UnknownImport
    return found[0]


def _plain(file_name: str) -> str:
    last = file_name.replace("\\", "/").rsplit("/", 1)[-1]
    return "".join(sign for sign in last if sign.isprintable())[-_LONGEST_NAME:]
