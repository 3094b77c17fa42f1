"""The two digits of a question that is still open: masked in whatever else a telephone writes.

Whoever reads what was written would else have the digits that prove a later, forged text
(docs/developing/trust.md rules 2, 7, 17 and 20).
"""

from __future__ import annotations

from datetime import datetime

from flows.grammar.person import TWO_DIGITS
from flows.grammar.postman_words import mask_household
from flows.grammar.text import mask_pairs, mask_spelled_codes
from messages.render import QUOTE_MASK
from postal import quotes
from store.database import Conn


def without_digits(conn: Conn, phone: str | None, text: str, now: datetime) -> str:
    """Return `text` of `phone` without what may be two digits of a question open to it."""
    masked = mask_pairs(text, QUOTE_MASK)
    if phone is None or QUOTE_MASK not in masked or not quotes.open_at(conn, phone, now):
        return text
    return masked


def keys_kept(conn: Conn, phone: str, kept: str, read: str, now: datetime) -> str:
    """Return what `phone` typed by dial, or pressed in a call, as it may be kept.

    `kept`: what may be kept of it where nothing is asked; `read`: as it was read. 44 and 55 are
    commands there, and no digits.
    """
    return kept if read in TWO_DIGITS else without_digits(conn, phone, kept, now)


def unread(conn: Conn, phone: str | None, text: str, now: datetime) -> str:
    """Return a text that nobody reads as it may be kept: whose it is and what it says is open."""
    return without_digits(conn, phone, mask_household(mask_spelled_codes(text)), now)
