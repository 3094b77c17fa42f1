"""Whether texts reach a telephone at all, by what became of the last ones."""

from __future__ import annotations

from typing import Final

from store.database import Conn

_LAST: Final = 3


def arrive(conn: Conn, phone: str) -> bool:
    """Tell whether texts reach `phone` (E.164): not all of the last three failed."""
    rows = conn.execute(
        "SELECT status FROM messages WHERE phone = %s AND direction = 'out' AND channel = 'text'"
        " AND status IN ('delivered', 'sent', 'failed') ORDER BY id DESC LIMIT %s",
        [phone, _LAST],
    ).fetchall()
    return not rows or any(status != "failed" for (status,) in rows)
