"""The two digits that our texts show, to be quoted in the answer: derived, never stored.

docs/developing/trust.md rules 2, 3 and 7. They prove that whoever answers has read what was sent to
that telephone; a forged sender has not. One in a hundred is guessed, so three wrong ones a day are
all that is compared.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from flows.facts import OtherTakers, QuoteVerdict
from flows.trust import WISH_ASKED_FOR, WRONG_QUOTES
from store.database import Conn

_PURPOSE: Final = b"dakiya/quote/1/"
BOOKING: Final = 0  # the question whose digits the sender's first text shows


def quote_of(root: bytes, salt: bytes, phone: str, question: int) -> str:
    """Return the two digits of `question` about the article with `salt` to `phone` (E.164)."""
    data = _PURPOSE + salt + f"/{phone}/{question}".encode()
    digest = hmac.new(root, data, hashlib.sha256).digest()
    return f"{int.from_bytes(digest[:8], 'big') % 100:02d}"


def key_of(conn: Conn, article_id: int, phone: str, question: int) -> int | None:
    """Return the number of the key of the digits that `phone` was shown last; None: none were."""
    row = conn.execute(
        "SELECT quote_key FROM messages WHERE article_id = %s AND phone = %s AND quote = %s"
        " ORDER BY at DESC, id DESC LIMIT 1",
        [article_id, phone, question],
    ).fetchone()
    return None if row is None else row[0]


def in_use(conn: Conn) -> dict[int, int]:
    """Return how many texts show digits of each key that can still be quoted."""
    rows = conn.execute(
        "SELECT m.quote_key, count(*) FROM messages m JOIN articles a ON a.id = m.article_id"
        " WHERE m.quote IS NOT NULL AND a.state NOT IN ('delivered', 'returned', 'recalled')"
        " GROUP BY m.quote_key"
    ).fetchall()
    return dict(rows)


def tries_over(conn: Conn, phone: str, today: date) -> bool:
    """Tell whether the wrong digits of today, about whatever article, end the telephone's tries.

    Each telephone is shown digits of its own, so another's wrong ones about the same article are
    not counted: whoever forges the sender's number must not end the holder's tries. Nor are those
    about its wishes for all post (`postal/households.py`), which need no question of somebody else.
    """
    row = conn.execute(
        "SELECT count(*) FROM wrong_quotes WHERE phone = %(phone)s AND day = %(day)s",
        {"phone": phone, "day": today},
    ).fetchone()
    return row is not None and row[0] >= WRONG_QUOTES


def judge(entered: str, right: str) -> QuoteVerdict:
    """Return whether the digits `entered` are the `right` ones."""
    return "right" if hmac.compare_digest(entered, right) else "wrong"


@dataclass(frozen=True)
class OpenToDigits:
    """What two digits of a telephone's text may answer now.

    `move`: whether the code of an article may go elsewhere. `takers`: whom it lets in. `others`:
    it sent an article that is not over, whose first text shows digits, or is an office's.
    """

    move: bool
    takers: OtherTakers | None
    others: bool

    def __bool__(self) -> bool:
        return self.move or self.takers is not None or self.others


_OPEN: Final = """
SELECT EXISTS (SELECT FROM articles a WHERE a.recipient_phone = %(phone)s
               AND a.move_asked_at IS NOT NULL),
       (SELECT asks FROM households WHERE phone = %(phone)s AND asked_at > %(asked)s),
       EXISTS (SELECT FROM articles a WHERE a.sender_phone = %(phone)s
               AND a.state NOT IN ('delivered', 'returned', 'recalled'))
       OR EXISTS (SELECT FROM offices WHERE phone = %(phone)s)
"""


def open_at(conn: Conn, phone: str, now: datetime) -> OpenToDigits:
    """Return what `phone` (E.164) was shown two digits for that still count."""
    row = conn.execute(_OPEN, {"phone": phone, "asked": now - WISH_ASKED_FOR}).fetchone()
    assert row is not None
    return OpenToDigits(*row)
