"""The pieces of a received file become rows, in one transaction; then the pieces are deleted."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import islice
from typing import Final

from psycopg.types.json import Jsonb

from imports import encodings, register, table
from imports.faults import FileRefused
from imports.table import FileRow, Table
from store.database import Conn

_AT_ONCE: Final = 2_000  # rows in memory


def read(conn: Conn, id_: int, now: datetime) -> bool:
    """Read a file that waits for it. False: it does not, or another worker reads it."""
    if register.claim(conn, id_, "reading") is None:
        return False
    try:
        with conn.transaction():
            encoding = encodings.recognise(_pieces(conn, id_))
            found = table.read(encodings.decode(_pieces(conn, id_), encoding))
            rows, bad = _store(conn, id_, found)
    except FileRefused as refused:
        refuse(conn, id_, refused, now)
    else:
        conn.execute(
            "UPDATE imports SET state = 'checking', kind = %s, encoding = %s, separator = %s,"
            " header = %s, columns = %s, rows = %s, bad = %s, checked = %s WHERE id = %s",
            (
                found.layout.kind,
                encoding,
                found.separator,
                list(found.header),
                list(found.layout.fields),
                rows,
                bad,
                bad,
                id_,
            ),
        )
        conn.execute("DELETE FROM import_pieces WHERE import_id = %s", (id_,))
    return True


def refuse(conn: Conn, id_: int, refused: FileRefused, now: datetime) -> None:
    """End an import whose file cannot be read."""
    conn.execute(
        "UPDATE imports SET state = 'refused', finished_at = %s, refusal = %s,"
        " refused_at_line = %s, refusal_detail = %s WHERE id = %s AND state = 'reading'",
        (now, refused.reason, refused.line or None, refused.detail[:500], id_),
    )
    conn.execute("DELETE FROM import_pieces WHERE import_id = %s", (id_,))


def _pieces(conn: Conn, id_: int) -> Iterator[bytes]:
    position = 0
    while True:
        piece = conn.execute(
            "SELECT content FROM import_pieces WHERE import_id = %s AND position = %s",
            (id_, position),
        ).fetchone()
        if piece is None:
            return
        yield piece[0]
        position += 1


def _store(conn: Conn, id_: int, found: Table) -> tuple[int, int]:
    """Store the rows; return how many there are, and how many of them are bad already."""
    total = bad = 0
    while some := list(islice(found.rows, _AT_ONCE)):
        _copy(conn, id_, some)
        total += len(some)
        bad += sum(1 for row in some if row.fault is not None)
    return total, bad


def _copy(conn: Conn, id_: int, rows: Iterable[FileRow]) -> None:
    into = "COPY import_rows (import_id, line, state, cells, faults) FROM STDIN"
    with conn.cursor() as cursor, cursor.copy(into) as copy:
        for row in rows:
            fault = row.fault
            faults = [[fault.column, fault.reason, fault.detail]] if fault else []
            state = "bad" if fault else "new"
            copy.write_row((id_, row.line, state, list(row.cells), Jsonb(faults)))
