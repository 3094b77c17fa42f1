"""The counter: booking, payment, receipt, books. Each module adds routes to `room.counter`."""

from web.counter import (
    article_page,
    books,
    changing,
    closing,
    day_page,
    group_page,
    keys,
    payments,
    rate_card,
    receipts,
    roll_pages,
    sender_proof,
    start,
    upi,
)
from web.counter.room import counter

__all__ = [
    "article_page",
    "books",
    "changing",
    "closing",
    "counter",
    "day_page",
    "group_page",
    "keys",
    "payments",
    "rate_card",
    "receipts",
    "roll_pages",
    "sender_proof",
    "start",
    "upi",
]
