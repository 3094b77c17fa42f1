"""What a telephone was sent lately, and whether texts reach it at all."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from store.database import Conn

_LAST: Final = 3


def arrive(conn: Conn, phone: str) -> bool:
    """Tell whether texts reach `phone` (E.164): not all of the last three failed.

    What failed and goes out again when the telephone wakes up has not arrived either.
    """
    rows = conn.execute(
        "SELECT status FROM messages WHERE phone = %s AND direction = 'out' AND channel = 'text'"
        " AND (status IN ('delivered', 'sent', 'failed') OR status = 'queued' AND attempts > 0)"
        " ORDER BY at DESC, id DESC LIMIT %s",
        [phone, _LAST],
    ).fetchall()
    return not rows or any(status not in ("failed", "queued") for (status,) in rows)


_CODES_LAST: Final = """
SELECT channel, status FROM messages
WHERE article_id = %(article)s AND phone = %(phone)s AND direction = 'out' AND code_id IS NOT NULL
  AND at > %(since)s
  AND (status IN ('delivered', 'sent', 'failed', 'expired') OR status = 'queued' AND attempts > 0)
ORDER BY at DESC, id DESC LIMIT 10
"""


def was_lost(conn: Conn, article_id: int, phone: str, since: datetime) -> bool:
    """Tell whether the last text with a code of the article did not arrive at `phone`, nor a call.

    As its carrier says by now: of one that says nothing, nothing is known.
    """
    bound = {"article": article_id, "phone": phone, "since": since}
    for channel, status in conn.execute(_CODES_LAST, bound).fetchall():
        if channel == "text" or status == "delivered":
            return status in ("failed", "expired", "queued")
    return False


def answered_at(conn: Conn, article_id: int, phone: str, at: datetime) -> datetime | None:
    """Return when what was said to `phone` of the article at `at` arrived, if its carrier says."""
    row = conn.execute(
        "SELECT max(delivered_at) FROM messages"
        " WHERE article_id = %s AND phone = %s AND direction = 'out' AND at = %s",
        (article_id, phone, at),
    ).fetchone()
    return row[0] if row else None


def times_said(conn: Conn, phone: str, template: str, since: datetime) -> int:
    """Return how often `phone` was sent `template` since then, or is going to be."""
    row = conn.execute(
        "SELECT count(*) FROM messages WHERE phone = %s AND direction = 'out' AND template = %s"
        " AND at >= %s",
        [phone, template, since],
    ).fetchone()
    assert row is not None
    return int(row[0])


def said_last(conn: Conn, phone: str, article_id: int, templates: Sequence[str]) -> str | None:
    """Return which of `templates` was sent last to `phone` about the article; None: none was."""
    row = conn.execute(
        "SELECT template FROM messages WHERE article_id = %s AND phone = %s"
        " AND direction = 'out' AND template = ANY(%s) ORDER BY at DESC, id DESC LIMIT 1",
        [article_id, phone, list(templates)],
    ).fetchone()
    return None if row is None else str(row[0])


def was_said(conn: Conn, phone: str, template: str, since: datetime) -> bool:
    """Tell whether `phone` was sent `template` after `since`, or is going to be."""
    row = conn.execute(
        "SELECT FROM messages WHERE phone = %s AND direction = 'out' AND template = %s"
        " AND at > %s LIMIT 1",
        [phone, template, since],
    ).fetchone()
    return row is not None


def last_templates(conn: Conn, phone: str, since: datetime, most: int) -> list[str]:
    """Return the templates of texts that carriers took for `phone` after `since`, newest first."""
    rows = conn.execute(
        "SELECT template FROM messages WHERE phone = %s AND direction = 'out' AND channel = 'text'"
        " AND at > %s AND sent_at IS NOT NULL ORDER BY sent_at DESC, id DESC LIMIT %s",
        [phone, since, most],
    ).fetchall()
    return [template for (template,) in rows]
