"""COD in the office's books, article by article: by UPI at the door, and at the window.

Cash at the door is entered when the postman hands it in (`postal/office/cash.py`). UPI is the
department's at once: it is entered with the handover, and taken out again, by a new entry, when the
handover is undone. At the window the money is entered with the office's.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from psycopg.rows import class_row

from postal.acts.books import Books, Held
from postal.counter.ledger import Method
from store.database import Conn


@dataclass(frozen=True)
class InBooks:
    """The COD that an office entered on a day, corrections included. Paise."""

    handed_in: int  # cash, by postmen
    door_upi: int
    window_cash: int
    window_upi: int


def enter_door_upi(books: Books, article: Held) -> None:
    """Enter a UPI payment at the door, in the turn of the handover, which its item allows once."""
    books.one(
        "INSERT INTO ledger (at, day, office_id, staff_id, kind, method, paise, list_id,"
        " article_id) SELECT %(now)s, %(today)s, s.office_id, s.id, 'cod', 'upi',"
        " 100 * a.cod_amount, i.list_id, a.id FROM articles a, delivery_items i, staff s"
        " WHERE a.id = %(id)s AND i.id = %(item)s AND s.id = %(postman)s",
        article,
    )


def undo_door_upi(books: Books, article: Held) -> None:
    """Take the UPI payment of a handover that is undone out of the books, if it is in them."""
    books.conn.execute(
        "INSERT INTO ledger (at, day, office_id, staff_id, kind, method, paise, list_id,"
        " article_id, corrects, note) SELECT %(now)s, %(today)s, l.office_id, l.staff_id,"
        " 'correction', 'upi', -(l.paise + c.paise), l.list_id, l.article_id, l.id,"
        " 'handover undone' FROM ledger l CROSS JOIN LATERAL ("
        " SELECT coalesce(sum(paise), 0)::bigint AS paise FROM ledger WHERE corrects = l.id) c"
        " WHERE l.article_id = %(id)s AND l.kind = 'cod' AND l.method = 'upi'"
        " AND l.list_id IS NOT NULL AND l.paise + c.paise <> 0",
        {"now": books.now, "today": books.today, "id": article.id},
    )


def enter_at_window(books: Books, article: Held, method: Method, staff_id: str) -> None:
    """Enter the COD sum that `staff_id` received for an article at the window."""
    books.one(
        "INSERT INTO ledger (at, day, office_id, staff_id, kind, method, paise, article_id)"
        " SELECT %(now)s, %(today)s, s.office_id, s.id, 'cod', %(method)s, 100 * a.cod_amount,"
        " a.id FROM articles a, staff s WHERE a.id = %(id)s AND s.staff_id = %(by)s",
        article,
        method=method,
        by=staff_id,
    )


def in_books(conn: Conn, office_id: int, day: date) -> InBooks:
    """Return what the ledger of that day holds."""
    with conn.cursor(row_factory=class_row(InBooks)) as cursor:
        found = cursor.execute(
            """
            SELECT coalesce(sum(l.paise) FILTER (WHERE c.list_id IS NOT NULL
                            AND c.method = 'cash'), 0)::bigint AS handed_in,
                   coalesce(sum(l.paise) FILTER (WHERE c.list_id IS NOT NULL
                            AND c.method = 'upi'), 0)::bigint AS door_upi,
                   coalesce(sum(l.paise) FILTER (WHERE c.list_id IS NULL
                            AND c.method = 'cash'), 0)::bigint AS window_cash,
                   coalesce(sum(l.paise) FILTER (WHERE c.list_id IS NULL
                            AND c.method = 'upi'), 0)::bigint AS window_upi
            FROM ledger l JOIN ledger c ON c.id = coalesce(l.corrects, l.id) AND c.kind = 'cod'
            WHERE l.office_id = %s AND l.day = %s
            """,
            (office_id, day),
        ).fetchone()
    assert found is not None
    return found
