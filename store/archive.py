"""A month of the large tables written to files, read back, and only then dropped.

A month is a directory: of each table the rows as PostgreSQL's COPY writes them (text format, in the
order of their ids), compressed with zstd, and `manifest.json` with columns, counts and SHA-256 of
what is in the files. Whatever cuts it off before the end leaves the month in the database, whole;
the next run begins anew. Digests and seals stay in the database, so the chains go on verifying.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Final

import zstandard
from psycopg import sql

from store.database import Conn
from store.months import LARGE, Large
from store.refusals import Conflict, Invalid

FORMAT: Final = "dakiya month 1"
_LEVEL: Final = 10
_PIECE: Final = 1 << 20


@dataclass(frozen=True)
class ArchivedTable:
    """The rows of one table in its file. `digest`: SHA-256 (hexadecimal) before compression."""

    table: Large
    columns: tuple[str, ...]
    rows: int
    digest: str


class NotOver(Conflict):
    """The month still runs, or something in it does. Says what."""


class Damaged(Conflict):
    """What was written is not what is read back."""


def archive(conn: Conn, month: date, directory: Path, now: datetime) -> list[ArchivedTable]:
    """Write `month` (a first day) to `directory`, check it, and drop it; return what was written.

    `conn`: the owner's, in a new transaction: the month is gone when it commits. Raises
    `NotOver`, `Damaged`, and `OSError` where the files cannot be written.
    """
    number = _number(conn, month)
    parts = {table: _partition(conn, table, month) for table in LARGE}
    _refuse(conn, number, month, now, parts)
    _keep_what_was_archived(conn, month, number, directory)
    for part in parts.values():
        conn.execute(sql.SQL("LOCK TABLE {} IN SHARE ROW EXCLUSIVE MODE").format(part))
    place = directory / f"{month:%Y-%m}"
    partial = directory / f"{month:%Y-%m}.partial"
    for old in (partial, place):  # of a run that was cut off: the rows are all in the database
        shutil.rmtree(old, ignore_errors=True)
    partial.mkdir(parents=True, mode=0o700)
    written = [_write(conn, table, parts[table], partial) for table in LARGE]
    manifest = {
        "format": FORMAT,
        "month": f"{month:%Y-%m}",
        "database": _own(conn),
        "tables": list(map(asdict, written)),
    }
    _keep(partial / "manifest.json", json.dumps(manifest, indent=1).encode())
    for each in written:
        try:
            check(partial, each)
        except Damaged as damaged:
            raise Damaged(f"{damaged}: nothing was dropped") from damaged
    partial.rename(place)
    _drop(conn, number, place, written, parts)
    return written


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
    name = f"{table}_{month:%Y_%m}"
    if conn.execute("SELECT to_regclass(%s)", [name]).fetchone() == (None,):
        raise Invalid(f"there is no month {month:%Y-%m} of its own in {table}: see `archive list`")
    return sql.Identifier(name)


def _refuse(
    conn: Conn, number: int, month: date, now: datetime, parts: dict[Large, sql.Identifier]
) -> None:
    query = sql.SQL(
        "SELECT month_number({now}) > {number}, (SELECT count(*) FROM outbox"
        " WHERE message_id / 1000000000000 = {number}), greatest("
        "(SELECT max(day_written) FROM {sprints}), (SELECT max(day_written) FROM {events}),"
        " (SELECT max(day_written) FROM {access_log})) > coalesce((SELECT max(day) FROM seals),"
        " '-infinity')"
    ).format(now=now, number=number, **parts)
    row = conn.execute(query).fetchone()
    assert row is not None
    over, waiting, unsealed = row
    if not over:
        raise NotOver(f"{month:%Y-%m} is not over")
    if waiting:
        raise NotOver(f"{waiting} texts of {month:%Y-%m} are not sent yet")
    if unsealed:
        raise NotOver(f"not every day of {month:%Y-%m} is sealed yet: run `audit seal`")
    _refuse_what_is_needed(conn, month, now, parts)


def _refuse_what_is_needed(
    conn: Conn, month: date, now: datetime, parts: dict[Large, sql.Identifier]
) -> None:
    """Raise `NotOver` where rows of the month are still read: by receivers, and by questions."""
    query = sql.SQL(
        "SELECT (SELECT count(*) FROM webhook_deliveries d JOIN {events} e USING (position)"
        " WHERE d.state = 'pending') + (SELECT count(*) FROM webhook_subscriptions s"
        " JOIN tokens t ON t.id = s.token_id WHERE s.ended_at IS NULL AND t.revoked_at IS NULL"
        " AND t.expires_at > {now} AND EXISTS (SELECT FROM {events} e"
        " WHERE e.at >= s.created_at AND (e.position IS NULL OR e.position > s.cursor))),"
        " (SELECT count(DISTINCT a.id) FROM {messages} m JOIN articles a ON a.id = m.article_id"
        " WHERE m.quote IS NOT NULL AND a.state NOT IN ('delivered', 'returned', 'recalled'))"
    ).format(now=now, **parts)
    row = conn.execute(query).fetchone()
    assert row is not None
    untold, asked = row
    if untold:
        raise NotOver(f"webhooks have not told all of {month:%Y-%m} yet: see /desk/webhooks")
    if asked:
        raise NotOver(
            f"{asked} articles under way show digits in texts of {month:%Y-%m}, which are compared"
            " with what is quoted: wait for them"
        )


def _keep_what_was_archived(conn: Conn, month: date, number: int, directory: Path) -> None:
    """Raise `Conflict` where files of the month would be written over that are needed.

    A clock that was set back makes a month once more that was archived; and the directory may be
    another installation's. What a run of ours left that was cut off is written anew.
    """
    known = conn.execute(
        "SELECT place FROM archived_months WHERE month = %s LIMIT 1", [number]
    ).fetchone()
    if known is not None:
        raise Conflict(
            f"{month:%Y-%m} was archived before ({known[0]}), and has rows again: bring it back"
            " (docs/operations.md), then archive it whole"
        )
    whose = _whose(directory / f"{month:%Y-%m}")
    if whose is not None and whose != _own(conn):
        raise Conflict(
            f"{directory / f'{month:%Y-%m}'} was not written by a run of this database that was cut"
            " off: choose another directory"
        )


def _own(conn: Conn) -> str:
    """Return what tells this database from every other."""
    row = conn.execute(
        "SELECT system_identifier || '/' || (SELECT oid FROM pg_database"
        " WHERE datname = current_database()) FROM pg_control_system()"
    ).fetchone()
    assert row is not None
    return str(row[0])


def _whose(place: Path) -> str | None:
    """Return of which database a whole month is that lies at `place`; None: none lies there."""
    try:
        return str(json.loads((place / "manifest.json").read_text()).get("database"))
    except FileNotFoundError:
        return None


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
    return ArchivedTable(table, columns, rows, digest.hexdigest())


def _columns(conn: Conn, part: sql.Identifier) -> tuple[str, ...]:
    found = conn.execute(sql.SQL("SELECT * FROM {} LIMIT 0").format(part))
    return tuple(each.name for each in found.description or ())


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
            "INSERT INTO archived_months (month, of_table, rows, digest, place)"
            " VALUES (%s, %s, %s, %s, %s)",
            [
                number,
                each.table,
                each.rows,
                bytes.fromhex(each.digest),
                str(place / f"{each.table}.copy.zst"),
            ],
        )
        conn.execute(
            sql.SQL("ALTER TABLE {} DETACH PARTITION {}").format(
                sql.Identifier(each.table), parts[each.table]
            )
        )
        conn.execute(sql.SQL("DROP TABLE {}").format(parts[each.table]))
