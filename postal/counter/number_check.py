"""The check of a recipient's number before the visit, by the receipts of the texts so far.

At booking the recipient gets a neutral text (messages/catalogue, `booked` and `booked_plain`) that
names the article's number and no person. Its receipt is the check.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal, get_args

from store.database import Conn

State = Literal["reached", "not_reached", "denied", "unknown", "no_number"]
STATES: Final[tuple[State, ...]] = get_args(State)
Why = Literal[
    "bad_number", "opted_out", "blocked", "do_not_disturb", "inbox_full", "unreachable", "expired"
]
WHYS: Final[tuple[Why, ...]] = get_args(Why)  # a carrier's reasons that concern the number


@dataclass(frozen=True)
class NumberCheck:
    """The result for one article. `denied`: the number's holder answered that it is not theirs.

    `why` it was not reached, in the words of gateways/base.py. `at`: since when it is known.
    """

    state: State
    why: Why | None = None
    at: datetime | None = None

    @property
    def bad(self) -> bool:
        """Tell whether the right number must be found before the visit."""
        return self.state in ("not_reached", "denied")


_READ = """
SELECT a.id, a.recipient_phone IS NULL, a.unlinked_at, reached.at, failed.why, failed.at
FROM articles a
LEFT JOIN LATERAL (
    SELECT max(delivered_at) AS at FROM messages
    WHERE article_id = a.id AND direction = 'out' AND phone = a.recipient_phone
      AND status = 'delivered'
) reached ON true
LEFT JOIN LATERAL (
    SELECT split_part(error, ':', 1) AS why, at FROM messages
    WHERE article_id = a.id AND direction = 'out' AND phone = a.recipient_phone
      AND status IN ('failed', 'expired') AND split_part(error, ':', 1) = ANY (%s)
    ORDER BY id DESC LIMIT 1
) failed ON true
WHERE a.id = ANY (%s)
"""


def for_articles(conn: Conn, article_ids: Iterable[int]) -> Mapping[int, NumberCheck]:
    """Return the checks of the articles that exist, by their row ids.

    One text that arrived outweighs those that failed. A failure by our or the carrier's own fault
    says nothing about the number.
    """
    rows = conn.execute(_READ, (list(WHYS), list(article_ids))).fetchall()
    return {row[0]: _check(*row[1:]) for row in rows}


def _check(
    numberless: bool,
    unlinked_at: datetime | None,
    reached_at: datetime | None,
    why: Why | None,
    failed_at: datetime | None,
) -> NumberCheck:
    if unlinked_at is not None:
        return NumberCheck("denied", at=unlinked_at)
    if numberless:
        return NumberCheck("no_number")
    if reached_at is not None:
        return NumberCheck("reached", at=reached_at)
    if why is not None:
        return NumberCheck("not_reached", why, failed_at)
    return NumberCheck("unknown")
