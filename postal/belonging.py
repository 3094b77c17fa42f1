"""Which office things belong to: the wall that a token with offices meets.

docs/developing/trust.md rule 14

An article belongs to the office that delivers to its PIN and to the one that booked it; everything
else to one office. Nothing is returned for what does not exist.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from store.database import Conn
from store.feed import FeedEvent

_OF_ARTICLES = """
    SELECT a.number, o.id FROM articles a JOIN offices o ON o.pin = a.recipient_pin
    WHERE a.number = ANY(%(numbers)s)
    UNION
    SELECT a.number, g.office_id FROM articles a JOIN booking_items i ON i.number = a.number
        AND i.removed_at IS NULL AND i.article_id = a.id
    JOIN booking_groups g ON g.id = i.group_id WHERE a.number = ANY(%(numbers)s)
"""


def of_pin(conn: Conn, pin: str) -> list[int]:
    """Return the offices with this PIN."""
    return _ids(conn, "SELECT id FROM offices WHERE pin = %s", pin)


def of_article(conn: Conn, number: str) -> list[int]:
    """Return the offices of the article `number`."""
    rows = conn.execute(_OF_ARTICLES, {"numbers": [number]}).fetchall()
    return [office for _, office in rows]


def of_staff(conn: Conn, staff_id: str) -> list[int]:
    """Return the office of a member of staff."""
    return _ids(conn, "SELECT office_id FROM staff WHERE staff_id = %s", staff_id)


def of_delivery_list(conn: Conn, list_id: int) -> list[int]:
    """Return the office of the postman whose list it is."""
    return _ids(
        conn,
        "SELECT s.office_id FROM delivery_lists l JOIN staff s ON s.id = l.postman_id"
        " WHERE l.id = %s",
        list_id,
    )


def of_booking(conn: Conn, reference: str) -> list[int]:
    """Return the office that books."""
    return _ids(conn, "SELECT office_id FROM booking_groups WHERE tr = %s", reference)


def of_request(conn: Conn, request_id: int) -> list[int]:
    """Return the office that a request for a second person concerns."""
    return _ids(conn, "SELECT office_id FROM requests WHERE id = %s", request_id)


def of_counter(conn: Conn, counter_id: int) -> list[int]:
    """Return the office of a counter's day."""
    return _ids(conn, "SELECT office_id FROM counter_days WHERE id = %s", counter_id)


def of_entry(conn: Conn, entry_id: int) -> list[int]:
    """Return the office in whose books the entry is."""
    return _ids(conn, "SELECT office_id FROM ledger WHERE id = %s", entry_id)


def of_payment(conn: Conn, payment_id: int) -> list[int]:
    """Return the office whose booking is paid."""
    return _ids(
        conn,
        "SELECT g.office_id FROM payments p JOIN booking_groups g ON g.id = p.group_id"
        " WHERE p.id = %s",
        payment_id,
    )


def of_sum(conn: Conn, credit_id: int) -> list[int]:
    """Return the office of a sum that came; none where nobody knows what it was for."""
    return _ids(
        conn, "SELECT office_id FROM credits WHERE id = %s AND office_id IS NOT NULL", credit_id
    )


def events_within(
    conn: Conn, events: Sequence[FeedEvent], offices: Collection[int] | None
) -> Sequence[FeedEvent]:
    """Return the events that are about articles of `offices`; None: all events."""
    if offices is None:
        return events
    numbers = {event.article for event in events if event.article is not None}
    rows = conn.execute(_OF_ARTICLES, {"numbers": list(numbers)}).fetchall()
    within = {number for number, office in rows if office in offices}
    return [event for event in events if event.article in within]


def _ids(conn: Conn, query: str, value: str | int) -> list[int]:
    return [office for (office,) in conn.execute(query, (value,)).fetchall()]
