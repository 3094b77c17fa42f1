"""Which offices have to do with an article, a telephone, a ticket: the walls between offices.

docs/developing/trust.md rule 11. An article concerns the office that booked it, the main office of
its PIN, and every office that scanned or carried it. It lies at one office at a time.
"""

from __future__ import annotations

from typing import Final

from store.database import Conn

_MAIN_OF_PIN: Final = """
(SELECT o.id FROM offices o WHERE o.pin = a.recipient_pin
 ORDER BY array_position(ARRAY['head', 'sub', 'branch'], o.branch_type), o.id LIMIT 1)
"""
_BOOKED_AT: Final = """
(SELECT wg.office_id FROM booking_items wb JOIN booking_groups wg ON wg.id = wb.group_id
 WHERE wb.number = a.number AND wb.removed_at IS NULL)
"""
LIES_AT: Final = f"""
coalesce(
    (SELECT s.office_id FROM delivery_items i JOIN delivery_lists l ON l.id = i.list_id
     JOIN staff s ON s.id = l.postman_id WHERE i.article_id = a.id ORDER BY i.id DESC LIMIT 1),
    (SELECT r.office_id FROM arrivals r WHERE r.article_id = a.id AND r.kind = 'here'
     ORDER BY r.at DESC LIMIT 1),
    {_MAIN_OF_PIN})
"""  # noqa: S608
"""The office where the article `a` lies, as SQL: that of the postman who had it last, else the one
that scanned it, else the main office of its PIN."""

ARTICLE: Final = f"""
(%(office)s::bigint IS NULL OR %(office)s = {_MAIN_OF_PIN} OR %(office)s = {_BOOKED_AT}
 OR EXISTS (SELECT FROM delivery_items wi JOIN delivery_lists wl ON wl.id = wi.list_id
            JOIN staff ws ON ws.id = wl.postman_id
            WHERE wi.article_id = a.id AND ws.office_id = %(office)s)
 OR EXISTS (SELECT FROM arrivals wr WHERE wr.article_id = a.id AND wr.office_id = %(office)s
            AND wr.kind = 'here'))
"""  # noqa: S608
"""Whether the article `a` concerns the office %(office)s, as SQL; of NULL, every office, always."""


def phone(column: str) -> str:
    """Return SQL for whether the telephone in `column` has to do with the office %(office)s.

    It has received, sent or agreed to take an article of the office, carries its articles, or is
    the office's own.
    """
    parts = (
        f"SELECT FROM articles a WHERE a.recipient_phone = {column} AND {ARTICLE}",
        f"SELECT FROM articles a WHERE a.sender_phone = {column} AND {ARTICLE}",
        "SELECT FROM nominees n JOIN articles a ON a.id = n.article_id"
        f" WHERE n.phone = {column} AND {ARTICLE}",
        f"SELECT FROM staff wp WHERE {column} IN (wp.phone, wp.next_phone)"
        " AND wp.office_id = %(office)s",
        f"SELECT FROM offices wo WHERE wo.phone = {column} AND wo.id = %(office)s",
    )
    return f"(%(office)s::bigint IS NULL OR {' OR '.join(f'EXISTS ({each})' for each in parts)})"


def concerns_article(conn: Conn, office: int | None, article_id: int) -> bool:
    """Tell whether the article concerns the office; every office: always."""
    query = f"SELECT {ARTICLE} FROM articles a WHERE a.id = %(id)s"  # noqa: S608
    return _holds(conn, query, office, article_id)


def concerns_phone(conn: Conn, office: int | None, number: str) -> bool:
    """Tell whether the telephone (E.164) has to do with the office; every office: always."""
    return _holds(conn, f"SELECT {phone('%(id)s')}", office, number)


def concerns_conversation(conn: Conn, office: int | None, whose: str) -> bool:
    """Tell whether a conversation concerns the office: with a telephone, or an article's own."""
    if whose.startswith("+"):
        return concerns_phone(conn, office, whose)
    query = f"SELECT {ARTICLE} FROM articles a WHERE a.number = %(id)s"  # noqa: S608
    return _holds(conn, query, office, whose)


TICKET: Final = f"""
(%(office)s::bigint IS NULL
 OR EXISTS (SELECT FROM articles a WHERE a.id = t.article_id AND {ARTICLE})
 OR EXISTS (SELECT FROM staff wt WHERE wt.id = t.staff_id AND wt.office_id = %(office)s)
 OR (t.article_id IS NULL AND t.phone IS NOT NULL AND {phone("t.phone")}))
"""  # noqa: S608
"""Whether the ticket `t` concerns the office %(office)s, as SQL; of NULL, every office, always."""


def concerns_ticket(conn: Conn, office: int | None, ticket_id: int) -> bool:
    """Tell whether the ticket concerns the office; every office: always."""
    query = f"SELECT {TICKET} FROM tickets t WHERE t.id = %(id)s"  # noqa: S608
    return _holds(conn, query, office, ticket_id)


def home(conn: Conn, article_id: int) -> int | None:
    """Return the office whose people sign for the article: where it lies, else where it was booked.

    None: no office of ours has to do with it.
    """
    row = conn.execute(
        f"SELECT coalesce({LIES_AT}, {_BOOKED_AT}) FROM articles a WHERE a.id = %s".encode(),  # noqa: S608
        (article_id,),
    ).fetchone()
    return row[0] if row else None


def _holds(conn: Conn, query: str, office: int | None, id_: int | str) -> bool:
    row = conn.execute(query.encode(), {"office": office, "id": id_}).fetchone()
    return row is not None and bool(row[0])
