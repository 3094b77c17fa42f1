"""Parts of long texts that came and wait for the others, as rows.

Their words may hold a code, so they are sealed under a key of the ring, and removed once read. What
is done with them is decided above, in `conversation/parts.py`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from psycopg.rows import class_row

from store import keyring
from store.database import Conn
from store.due_times import IS_OVER, is_over, moments
from store.keyring import Keyring, UnknownKey
from store.sealing import SealBroken, seal, unseal

_LONGEST: Final = timedelta(minutes=1)  # that a part waits


@dataclass(frozen=True)
class TextPartRow:
    """A part that waits, without its words."""

    message_id: int
    gateway: str
    phone: str
    carrier_id: str
    carrier_at: datetime | None
    ref: str | None
    number: int
    total: int | None
    due_at: datetime

    def waits(self, now: datetime) -> bool:
        """Tell whether more is awaited."""
        return not is_over(self.due_at, now, _LONGEST)


@dataclass(frozen=True)
class HeldPart(TextPartRow):
    """A part that waits. `text` None: it was read, with the others, or its key is gone."""

    text: str | None = field(repr=False)


@dataclass(frozen=True)
class _PartRow(TextPartRow):
    key_number: int
    sealed: bytes | None = field(repr=False)


@dataclass(frozen=True)
class PartsOf:
    """Whose parts: those of one telephone by one carrier with one reference, or with none."""

    gateway: str
    phone: str
    ref: str | None = None
    total: int | None = None


def hold(
    conn: Conn, keys: Keyring, message_id: int, of: PartsOf, number: int, text: str, until: datetime
) -> None:
    """Hold a part until `until`; those of the same text that wait do so as long."""
    key = keyring.current(conn, "codes")
    sealed = seal(keys.root(conn, "codes", key), _packed(text), _place(message_id))
    conn.execute(
        "INSERT INTO text_parts (message_id, ref, number, total, due_at, key_number, sealed)"
        " VALUES (%s, %s, %s, %s, %s, %s, %s)",
        [message_id, of.ref, number, of.total, until, key, sealed],
    )
    conn.execute(
        "UPDATE text_parts SET due_at = %s WHERE message_id = ANY(%s)",
        [until, [row.message_id for row in _rows(conn, of) if row.sealed is not None]],
    )


def held(conn: Conn, keys: Keyring, of: PartsOf) -> list[HeldPart]:
    """Return the parts that are there, by their numbers, those that were read too."""
    return [_opened(conn, keys, row) for row in _rows(conn, of)]


def read(conn: Conn, message_ids: list[int]) -> None:
    """Remove the words of parts that were read; that they came is known until they are due."""
    conn.execute("UPDATE text_parts SET sealed = NULL WHERE message_id = ANY(%s)", [message_ids])


def drop(conn: Conn, message_ids: list[int]) -> None:
    conn.execute("DELETE FROM text_parts WHERE message_id = ANY(%s)", [message_ids])


def due(conn: Conn, now: datetime, most: int) -> list[PartsOf]:
    """Return the texts of which nothing more is awaited; what was read is forgotten."""
    values = {**moments(now, _LONGEST), "most": most}
    conn.execute(f"DELETE FROM text_parts WHERE {IS_OVER} AND sealed IS NULL", values)  # noqa: S608
    with conn.cursor(row_factory=class_row(PartsOf)) as cursor:
        return cursor.execute(
            "SELECT m.gateway, m.phone, p.ref, p.total FROM text_parts p"  # noqa: S608
            f" JOIN messages m ON m.id = p.message_id WHERE {IS_OVER}"
            " GROUP BY 1, 2, 3, 4 ORDER BY min(p.due_at) LIMIT %(most)s",
            values,
        ).fetchall()


def put_off(conn: Conn, of: PartsOf, until: datetime) -> None:
    """Try those parts again later."""
    conn.execute(
        "UPDATE text_parts SET due_at = %s WHERE message_id = ANY(%s)",
        [until, [row.message_id for row in _rows(conn, of)]],
    )


def in_use(conn: Conn) -> Mapping[int, int]:
    """Return how many parts wait that are sealed, by the number of their key of codes."""
    rows = conn.execute(
        "SELECT key_number, count(*) FROM text_parts WHERE sealed IS NOT NULL GROUP BY 1"
    ).fetchall()
    return {int(number): int(count) for number, count in rows}


def _rows(conn: Conn, of: PartsOf) -> list[_PartRow]:
    with conn.cursor(row_factory=class_row(_PartRow)) as cursor:
        return cursor.execute(
            "SELECT p.message_id, m.gateway, m.phone, m.carrier_id, m.carrier_at, p.ref, p.number,"
            " p.total, p.due_at, p.key_number, p.sealed"
            " FROM text_parts p JOIN messages m ON m.id = p.message_id"
            " WHERE m.gateway = %s AND m.phone = %s AND p.ref IS NOT DISTINCT FROM %s"
            " AND p.total IS NOT DISTINCT FROM %s ORDER BY p.number, p.message_id",
            [of.gateway, of.phone, of.ref, of.total],
        ).fetchall()


def _opened(conn: Conn, keys: Keyring, row: _PartRow) -> HeldPart:
    text = None
    if row.sealed is not None:
        try:
            root = keys.root(conn, "codes", row.key_number)
            bare = unseal(root, row.sealed, _place(row.message_id))
            text = bare.decode("utf-8", "surrogatepass")
        except (UnknownKey, SealBroken):
            text = None
    return HeldPart(
        row.message_id, row.gateway, row.phone, row.carrier_id, row.carrier_at, row.ref,
        row.number, row.total, row.due_at, text,
    )  # fmt: skip


def _packed(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def _place(message_id: int) -> str:
    return f"text_parts/{message_id}"
