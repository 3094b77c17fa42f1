"""The files of an archived month: written, read back, and found changed where they were.

A month is a directory: of each table the rows as PostgreSQL's COPY writes them (text format, in the
order of their ids), compressed with zstd, and `manifest.json` with columns, counts and SHA-256 of
what is in the files.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Final

import zstandard
from psycopg import sql

from store.database import Conn
from store.months import Large
from store.refusals import Conflict

FORMAT: Final = "dakiya month 1"
_LEVEL: Final = 10
_PIECE: Final = 1 << 20


@dataclass(frozen=True)
class ArchivedTable:
    """The rows of one table in its file. `digest`: SHA-256 (hexadecimal) before compression.

    `last_id`: the highest id; None: there is no row, or an older version wrote the manifest.
    """

    table: Large
    columns: tuple[str, ...]
    rows: int
    digest: str
    last_id: int | None = None


class Damaged(Conflict):
    """What was written is not what is read back."""


def path_of(place: Path, table: Large) -> Path:
    """Return the file of a table in the directory of a month."""
    return place / f"{table}.copy.zst"


def write(conn: Conn, table: Large, part: sql.Identifier, into: Path) -> ArchivedTable:
    """Write the rows of `part` to its file in `into`, in the place of one that is there.

    `last_id` is read after the rows: it may be another's where rows are added meanwhile, and the
    table is written once more then. Raises `OSError`.
    """
    key = "session_id, position" if table == "ussd_hops" else "id"
    columns = _columns(conn, part)
    listed = sql.SQL(", ").join(map(sql.Identifier, columns))
    query = sql.SQL("COPY (SELECT {} FROM {} ORDER BY {}) TO STDOUT").format(
        listed, part, sql.SQL(key)
    )
    digest, rows = hashlib.sha256(), 0
    path = path_of(into, table)
    path.unlink(missing_ok=True)
    with path.open("xb") as file:
        with (
            zstandard.ZstdCompressor(level=_LEVEL, write_checksum=True).stream_writer(
                file, closefd=False
            ) as packed,
            conn.cursor().copy(query) as copy,
        ):
            for piece in copy:
                digest.update(piece)
                rows += bytes(piece).count(b"\n")
                packed.write(piece)
        file.flush()
        os.fsync(file.fileno())
    path.chmod(0o600)
    last = conn.execute(
        sql.SQL("SELECT max({}) FROM {}").format(sql.Identifier(key.partition(",")[0]), part)
    ).fetchone()
    return ArchivedTable(table, columns, rows, digest.hexdigest(), last[0] if last else None)


def write_manifest(place: Path, month: date, tables: Sequence[ArchivedTable]) -> None:
    """Write what the files of a month hold beside them."""
    manifest = {
        "format": FORMAT,
        "month": f"{month:%Y-%m}",
        "tables": [asdict(each) for each in tables],
    }
    path = place / "manifest.json"
    path.unlink(missing_ok=True)
    with path.open("xb") as file:
        file.write(json.dumps(manifest, indent=1).encode())
        file.flush()
        os.fsync(file.fileno())
    path.chmod(0o600)


def check(place: Path, table: ArchivedTable) -> None:
    """Read a table's file to its end. Raises `Damaged` where it is not what `table` says."""
    digest, rows = hashlib.sha256(), 0
    try:
        for piece in _pieces(path_of(place, table.table)):
            digest.update(piece)
            rows += piece.count(b"\n")
    except (zstandard.ZstdError, OSError) as error:
        raise Damaged(f"{table.table} cannot be read back ({error})") from error
    if (digest.hexdigest(), rows) != (table.digest, table.rows):
        raise Damaged(f"{table.table} is not what was written")


def put(partial: Path, place: Path) -> None:
    """Give whole files their name, on the disk; what has the name is kept aside.

    Those are whole files of a run that was cut off just before its end.
    """
    if place.exists():
        number = 1
        while (aside := place.with_name(f"{place.name}.before-{number}")).exists():
            number += 1
        place.rename(aside)
    partial.rename(place)
    for each in (place, place.parent):
        _flush(each)


def _columns(conn: Conn, part: sql.Identifier) -> tuple[str, ...]:
    found = conn.execute(sql.SQL("SELECT * FROM {} LIMIT 0").format(part))
    return tuple(each.name for each in found.description or ())


def _flush(directory: Path) -> None:
    """Let the names in a directory be on the disk: the rows are gone when the database says so."""
    number = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)


def _pieces(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        reader = zstandard.ZstdDecompressor().stream_reader(file)
        while piece := reader.read(_PIECE):
            yield piece
