"""A postman's list of today in walking order, for the screens that show it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from flows.ussd.engine import MenuItem
from store.database import Conn


def items(conn: Conn, postman_id: int, today: date, now: datetime) -> tuple[MenuItem, ...]:
    """Return the items of the list of `today` (in Asia/Kolkata), in walking order; none without
    one.

    Read without locks, only to be shown: what is done to an item is decided under its lock.
    """
    rows = conn.execute(
        "SELECT i.serial, a.number, a.cod_amount, a.otp_required AND i.mode <> 'off', i.state,"
        " a.otp_required AND i.mode <> 'off' AND coalesce(a.document_until > %s, false),"
        " a.pieces, i.approached_at IS NOT NULL"
        " FROM delivery_lists l JOIN delivery_items i ON i.list_id = l.id"
        " JOIN articles a ON a.id = i.article_id"
        " WHERE l.postman_id = %s AND l.date = %s ORDER BY i.serial",
        [now, postman_id, today],
    ).fetchall()
    return tuple(MenuItem(*row) for row in rows)


@dataclass(frozen=True)
class Walker:
    """A postman who can be told of his list. `phone`: E.164."""

    postman_id: int
    phone: str


@dataclass(frozen=True)
class Addition:
    """What was just put on the list of a postman: `count` items, from `serial` on."""

    walker: Walker
    count: int
    serial: int


def additions(conn: Conn, numbers: Sequence[str]) -> list[Addition]:
    """Return to whose lists the articles `numbers`, just gone out, were added; who can be told."""
    rows = conn.execute(
        "SELECT s.id, s.phone, count(*), min(i.serial) FROM articles a"
        " JOIN delivery_items i ON i.article_id = a.id AND i.state = 'open'"
        " JOIN delivery_lists l ON l.id = i.list_id JOIN staff s ON s.id = l.postman_id"
        " WHERE a.number = ANY(%s) AND s.active AND s.blocked_at IS NULL AND s.phone IS NOT NULL"
        " GROUP BY s.id, s.phone ORDER BY s.id",
        [list(numbers)],
    ).fetchall()
    return [Addition(Walker(id_, phone), count, serial) for id_, phone, count, serial in rows]


def unsummed(conn: Conn, today: date) -> list[int]:
    """Return the lists of `today` whose end was not yet told."""
    rows = conn.execute(
        "SELECT id FROM delivery_lists WHERE date = %s AND summed_at IS NULL ORDER BY id", [today]
    ).fetchall()
    return [row[0] for row in rows]


def sum_up(conn: Conn, list_id: int, now: datetime) -> Walker | None:
    """Note that a list's end is told now; None: it was before, or its postman cannot be told."""
    row = conn.execute(
        "UPDATE delivery_lists l SET summed_at = %s FROM staff s"
        " WHERE l.id = %s AND l.summed_at IS NULL AND s.id = l.postman_id"
        " RETURNING s.id, CASE WHEN s.active AND s.blocked_at IS NULL THEN s.phone END",
        [now, list_id],
    ).fetchone()
    return Walker(*row) if row is not None and row[1] is not None else None
