"""A month of the large tables written to files, read back, and only then dropped.

A month is a directory: of each table the rows as PostgreSQL's COPY writes them (text format, in the
order of their ids), compressed with zstd, and `manifest.json` with columns, counts and SHA-256 of
what is in the files. Whatever cuts it off before the end leaves the month in the database, whole;
the next run begins anew, and `flask doctor` says that it is to. Digests and seals stay in the
database, so the chains go on verifying. What guards over all months that something is once
(`carrier_ids`) lets go of what belongs to the month.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import time
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Final

import psycopg
import zstandard
from psycopg import sql

from store import archivable
from store.archive_attempts import attempt
from store.database import Conn
from store.months import LARGE, Large
from store.refusals import Conflict, Invalid

FORMAT: Final = "dakiya month 1"
_LEVEL: Final = 10
_PIECE: Final = 1 << 20
_ARCHIVING: Final = 7_235_006  # the advisory lock: one process archives
_TRIES: Final = 60  # to have all large tables for the moment of dropping, a second apart


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


class TablesHeld(Conflict):
    """Others hold a large table for too long. Says that nothing was dropped."""


def archive(conn: Conn, month: date, directory: Path, now: datetime) -> list[ArchivedTable]:
    """Write `month` (a first day) to `directory`, check it, and drop it; return what was written.

    `conn`: the owner's, with nothing open: the month is gone when it commits. Raises
    `archivable.NotOver`, `archivable.Archived`, `TablesHeld`, `Damaged`, and `OSError` where the
    files cannot be written.
    """
    number = _number(conn, month)
    place = directory / f"{month:%Y-%m}"
    with attempt(conn, number, place):
        return _archive(conn, number, month, place, now)


def _archive(
    conn: Conn, number: int, month: date, place: Path, now: datetime
) -> list[ArchivedTable]:
    _take_turn(conn)
    archivable.refuse_again(conn, number, month)
    parts = {table: _partition(conn, table, month) for table in LARGE}
    for part in parts.values():
        conn.execute(sql.SQL("LOCK TABLE {} IN SHARE ROW EXCLUSIVE MODE").format(part))
    archivable.refuse(conn, number, month, now, parts)
    partial = place.with_name(f"{place.name}.partial")
    shutil.rmtree(partial, ignore_errors=True)  # of a run that was cut off
    try:
        partial.mkdir(parents=True, mode=0o700)
        written = [_write(conn, table, parts[table], partial) for table in LARGE]
        tables = list(map(asdict, written))
        manifest = {"format": FORMAT, "month": f"{month:%Y-%m}", "tables": tables}
        _keep(partial / "manifest.json", json.dumps(manifest, indent=1).encode())
        for each in written:
            try:
                check(partial, each)
            except Damaged as damaged:
                raise Damaged(f"{damaged}: nothing was dropped") from damaged
    except (OSError, Damaged):
        shutil.rmtree(partial, ignore_errors=True)  # a full disk has room again
        raise
    _move_aside(place)
    partial.rename(place)
    for each_directory in (place, place.parent):
        _flush(each_directory)
    _let_go(conn, parts["messages"])
    _take_tables(conn)
    _drop(conn, number, place, written, parts)
    return written


def _take_turn(conn: Conn) -> None:
    if conn.execute("SELECT pg_try_advisory_xact_lock(%s)", [_ARCHIVING]).fetchone() != (True,):
        raise TablesHeld("another archive runs: wait for its end")


def _move_aside(place: Path) -> None:
    """Keep what has the place: whole files of a run that was cut off just before its end."""
    if place.exists():
        number = 1
        while (aside := place.with_name(f"{place.name}.before-{number}")).exists():
            number += 1
        place.rename(aside)


def _let_go(conn: Conn, messages: sql.Identifier) -> None:
    """Remove what guards that the month's messages are once: no carrier repeats after so long."""
    for query in (
        "DELETE FROM carrier_ids WHERE (kind, gateway, carrier_id) IN"
        " (SELECT direction, gateway, carrier_id FROM {} WHERE carrier_id IS NOT NULL)",
        "DELETE FROM carrier_ids WHERE (kind, gateway, carrier_id) IN"
        " (SELECT 'again', via, again_of::text FROM {} WHERE again_of IS NOT NULL)",
    ):
        conn.execute(sql.SQL(query).format(messages))


def _take_tables(conn: Conn) -> None:
    """Lock all large tables at once, never waiting so long that texts would have to.

    Who waits for such a lock makes everybody wait who comes after. So it is tried for moments.
    """
    tables = sql.SQL(", ").join(map(sql.Identifier, LARGE))
    for _ in range(_TRIES):
        try:
            with conn.transaction():
                conn.execute("SET LOCAL lock_timeout = '300ms'")
                conn.execute(sql.SQL("LOCK TABLE {} IN ACCESS EXCLUSIVE MODE").format(tables))
        except (psycopg.errors.LockNotAvailable, psycopg.errors.DeadlockDetected):
            time.sleep(1)
        else:
            return
    raise TablesHeld(
        "others read the large tables all the time: nothing was dropped; run it again later"
    )


def check(place: Path, table: ArchivedTable) -> None:
    """Read a table's file to its end. Raises `Damaged` where it is not what `table` says."""
    digest, rows = hashlib.sha256(), 0
    try:
        for piece in _pieces(place / f"{table.table}.copy.zst"):
            digest.update(piece)
            rows += piece.count(b"\n")
    except (zstandard.ZstdError, OSError) as error:
        raise Damaged(f"{table.table} cannot be read back ({error})") from error
    if (digest.hexdigest(), rows) != (table.digest, table.rows):
        raise Damaged(f"{table.table} is not what was written")


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


def _write(conn: Conn, table: Large, part: sql.Identifier, into: Path) -> ArchivedTable:
    key = "session_id, position" if table == "ussd_hops" else "id"
    columns = _columns(conn, part)
    listed = sql.SQL(", ").join(map(sql.Identifier, columns))
    query = sql.SQL("COPY (SELECT {} FROM {} ORDER BY {}) TO STDOUT").format(
        listed, part, sql.SQL(key)
    )
    digest, rows = hashlib.sha256(), 0
    path = into / f"{table}.copy.zst"
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


def _keep(path: Path, content: bytes) -> None:
    with path.open("xb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    path.chmod(0o600)


def _pieces(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        reader = zstandard.ZstdDecompressor().stream_reader(file)
        while piece := reader.read(_PIECE):
            yield piece


def _drop(
    conn: Conn,
    number: int,
    place: Path,
    written: list[ArchivedTable],
    parts: dict[Large, sql.Identifier],
) -> None:
    for each in written:
        conn.execute(
            "INSERT INTO archived_months (month, of_table, rows, digest, place, last_id)"
            " VALUES (%s, %s, %s, %s, %s, %s)",
            [
                number,
                each.table,
                each.rows,
                bytes.fromhex(each.digest),
                str(place / f"{each.table}.copy.zst"),
                each.last_id,
            ],
        )
        conn.execute(
            sql.SQL("ALTER TABLE {} DETACH PARTITION {}").format(
                sql.Identifier(each.table), parts[each.table]
            )
        )
        conn.execute(sql.SQL("DROP TABLE {}").format(parts[each.table]))
