"""What postmen offer to colleagues (docs/developing/trust.md rule 13), read for decisions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from psycopg.rows import class_row

from flows.facts import SentOffer
from postal.acts.beats import Colleague
from store.database import Conn

# Of today's lists alone: yesterday's items are nobody's to pass on.
_OPEN = """
    FROM offers o
    JOIN staff giver ON giver.id = o.from_id AND giver.active
    JOIN staff taker ON taker.id = o.to_id
    JOIN offered_items oi ON oi.offer_id = o.id
    JOIN delivery_items i ON i.id = oi.item_id
    JOIN delivery_lists l ON l.id = i.list_id AND l.date = %(today)s
    WHERE o.ended_at IS NULL
"""


@dataclass(frozen=True)
class OpenOffer:
    """An offer without an answer. `giver_phone`: E.164; `items`: article numbers, as listed.

    `serials`: of the items on the giver's list: an article may be on it again, and is not offered.
    """

    id: int
    giver_id: int
    giver: str  # staff id
    giver_phone: str | None
    asked_at: datetime
    items: list[str]
    serials: list[str]


def to_postman(conn: Conn, postman_id: int, today: date, named: int | None) -> OpenOffer | None:
    """Return the offer `named` of those to this postman; None: the newest of them."""
    with conn.cursor(row_factory=class_row(OpenOffer)) as cursor:
        return cursor.execute(
            "SELECT o.id, o.from_id AS giver_id, giver.staff_id AS giver,"  # noqa: S608
            " giver.phone AS giver_phone, o.asked_at,"
            " (SELECT array_agg(a.number ORDER BY j.serial) FROM offered_items k"
            "  JOIN delivery_items j ON j.id = k.item_id JOIN articles a ON a.id = j.article_id"
            "  WHERE k.offer_id = o.id) AS items,"
            " (SELECT array_agg(j.serial::text ORDER BY j.serial) FROM offered_items k"
            "  JOIN delivery_items j ON j.id = k.item_id"
            f"  WHERE k.offer_id = o.id) AS serials {_OPEN}"
            " AND o.to_id = %(to)s AND o.id = coalesce(%(named)s::bigint, o.id)"
            " ORDER BY o.asked_at DESC, o.id DESC LIMIT 1",
            {"to": postman_id, "today": today, "named": named},
        ).fetchone()


def of_giver(conn: Conn, phone: str, today: date) -> tuple[SentOffer, ...]:
    """Return what the postman with this telephone offers and nobody has answered, oldest first."""
    rows = conn.execute(
        "SELECT o.id, taker.staff_id, count(*) FILTER (WHERE i.state = 'open')"
        f" {_OPEN} AND giver.phone = %(phone)s GROUP BY o.id, taker.staff_id ORDER BY o.id",
        {"phone": phone, "today": today},
    ).fetchall()
    return tuple(SentOffer(*row) for row in rows)


@dataclass(frozen=True)
class Offered:
    """To whom an item is offered (staff id), and whether its postman went there since."""

    to: str
    approached_since: bool


def of_items(conn: Conn, giver_id: int, serials: Sequence[int], today: date) -> dict[int, Offered]:
    """Return by serial what this postman offers of these items of his list."""
    rows = conn.execute(
        "SELECT i.serial, taker.staff_id, coalesce(i.approached_at > o.asked_at, false)"
        f" {_OPEN} AND o.from_id = %(giver)s AND i.serial = ANY(%(serials)s)",
        {"giver": giver_id, "serials": list(serials), "today": today},
    ).fetchall()
    return {serial: Offered(to, since) for serial, to, since in rows}


def taker(conn: Conn, postman_id: int) -> Colleague | None:
    """Return the postman who answers, his row locked, so that his list grows one at a time.

    Lock it before any article, as `postal.acts.beats.lock_colleague` does.
    """
    row = conn.execute(
        "SELECT id, staff_id, phone FROM staff WHERE id = %s AND phone IS NOT NULL"
        " FOR NO KEY UPDATE",
        [postman_id],
    ).fetchone()
    return Colleague(*row) if row else None
