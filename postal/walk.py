"""A postman's list of today as he walks it, for the screens that show it."""

from __future__ import annotations

from datetime import date

from flows.screen import Item
from store.database import Conn


def items(conn: Conn, postman_id: int, today: date) -> tuple[Item, ...]:
    """Every item of the list of `today` (in Asia/Kolkata), in walking order; none without a list.

    Read without locks: only to be shown. What is done to an item is decided under its lock.
    """
    rows = conn.execute(
        "SELECT i.serial, a.number, a.cod_amount, a.otp_required, i.state"
        " FROM delivery_lists l JOIN delivery_items i ON i.list_id = l.id"
        " JOIN articles a ON a.id = i.article_id"
        " WHERE l.postman_id = %s AND l.date = %s ORDER BY i.serial",
        [postman_id, today],
    ).fetchall()
    return tuple(Item(*row) for row in rows)
