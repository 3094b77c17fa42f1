"""The two digits that our texts show, to be quoted in the answer: derived, never stored.

docs/developing/trust.md rules 2, 3 and 7. They prove that whoever answers has read what was sent to
that telephone; a forged sender has not. One in a hundred is guessed, so three wrong ones a day are
all that is compared.
"""

from __future__ import annotations

import hashlib
import hmac
from datetime import date
from typing import Final

from flows.facts import QuoteVerdict
from flows.trust import WRONG_QUOTES
from store.database import Conn

_PURPOSE: Final = b"dakiya/quote/1/"
BOOKING: Final = 0  # the question whose digits the sender's first text shows


def quote_of(master_key: bytes, salt: bytes, phone: str, question: int) -> str:
    """Return the two digits of `question` about the article with `salt` to `phone` (E.164)."""
    data = _PURPOSE + salt + f"/{phone}/{question}".encode()
    digest = hmac.new(master_key, data, hashlib.sha256).digest()
    return f"{int.from_bytes(digest[:8], 'big') % 100:02d}"


def tries_over(conn: Conn, article_id: int, phone: str, today: date) -> bool:
    """Tell whether the wrong digits of today, of the article or the telephone, end the tries."""
    row = conn.execute(
        "SELECT greatest("
        "(SELECT count(*) FROM wrong_quotes WHERE article_id = %(id)s AND day = %(today)s),"
        "(SELECT count(*) FROM wrong_quotes WHERE phone = %(phone)s AND day = %(today)s))",
        {"id": article_id, "phone": phone, "today": today},
    ).fetchone()
    return row is not None and row[0] >= WRONG_QUOTES


def judge(entered: str, right: str) -> QuoteVerdict:
    """Return whether the digits `entered` are the `right` ones."""
    return "right" if hmac.compare_digest(entered, right) else "wrong"
