"""Texts that a carrier took and on which it never reported: unconfirmed after some hours.

It is no status of the row: a receipt that comes after all changes what is known at once, and no
text is written again only because time passed.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

# Of a row of messages; binds `now` and `unconfirmed`, an interval.
UNCONFIRMED: Final = (
    "(status = 'sent' AND channel = 'text' AND sent_at <= %(now)s::timestamptz - %(unconfirmed)s)"
)


def is_unconfirmed(status: str, sent_at: datetime | None, after: int, now: datetime) -> bool:
    """Tell whether a text was taken `after` seconds ago, or earlier, and nothing came of it."""
    return status == "sent" and sent_at is not None and now - sent_at >= timedelta(seconds=after)
