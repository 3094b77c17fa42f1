"""What a postman says that he handed over without network: judged, counted, and shown.

docs/developing/trust.md rule 19. Days are those of Asia/Kolkata.
"""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Final

from flows.facts import CheckVerdict, CodeVerdict
from india.calendar import day_of
from postal import codes
from postal.checks import check_of
from postal.codes import Issue
from postal.people import offices
from store.database import Conn
from store.keyring import Keyring, UnknownKey

_RATE_OF: Final = timedelta(days=30)
_MOST_COMPARED: Final = 10  # issues


@dataclass(frozen=True)
class ListedCode:
    """A code as it was issued for a place on a list.

    `stopped`: killed, not only replaced, or taken back with its own postman's text by his `0`.
    """

    issue: int
    item_id: int | None
    check_key: int | None
    postman_id: int | None
    purpose: str
    released_at: datetime
    stopped: bool
    sent_to: Sequence[str]  # telephones
    moved: bool  # since it was issued, another telephone became the holder


def of_article(conn: Conn, article_id: int) -> list[ListedCode]:
    """Return the last codes of an article, the newest first."""
    rows = conn.execute(
        "SELECT issue, item_id, check_key, postman_id, purpose, released_at,"
        " used_at IS NOT NULL OR coalesce(dead_reason NOT IN ('expired', 'undone'), false),"
        " ARRAY(SELECT DISTINCT phone::text FROM messages m"
        "  WHERE m.article_id = c.article_id AND m.code_id = c.id AND m.direction = 'out'),"
        " EXISTS (SELECT FROM nominees n WHERE n.article_id = c.article_id"
        "  AND n.agreed_at >= c.released_at)"
        " OR EXISTS (SELECT FROM moves v WHERE v.article_id = c.article_id"
        "  AND v.outcome = 'done' AND v.ended_at >= c.released_at)"
        " FROM codes c WHERE article_id = %s ORDER BY issue DESC LIMIT %s",
        [article_id, _MOST_COMPARED],
    ).fetchall()
    return [ListedCode(*row) for row in rows]


@dataclass(frozen=True)
class OfflineSaid:
    """What a postman said of the item `item_id` of his list: a code, and three digits.

    `holder`: the telephone that gets the code now.
    """

    code: str
    check: str
    item_id: int
    postman_id: int
    wrong_tries: int
    holder: str | None = field(default=None, repr=False)


def judge(
    said: OfflineSaid, issued: Sequence[ListedCode], last: Issue, root: bytes | None, length: int
) -> tuple[CodeVerdict, CheckVerdict]:
    """Judge code and digits. Call under the article's row lock; `root`: the key of the digits.

    A code that lives is "right". Else it is "offline" if it was issued for this place of this list,
    sent to who holds the article now, and neither stopped nor used, nor any issued after it, and
    the digits are right. Of wrong ones nobody learns whether it was the code or the digits.
    """
    worth = codes.judge(said.code, last, said.wrong_tries, length)
    if worth == "locked":
        return worth, "unchecked"
    right = root is not None and hmac.compare_digest(
        said.check, check_of(root, last.salt, said.item_id)
    )
    if worth == "right":
        return worth, "right" if right else "wrong"
    if not was_sent(issued, said.item_id):
        return "none", "unchecked"
    usable = _usable(said, issued)
    # All are compared, whichever is equal: how long it takes tells nothing.
    equal = [each for each in issued if codes.is_equal(said.code, last, each.issue, length)]
    if any(each not in usable for each in equal) or not usable:
        return "stale", "unchecked"
    return ("offline", "right") if equal and right else ("wrong", "wrong")


def was_sent(issued: Sequence[ListedCode], item_id: int) -> bool:
    """Tell whether any code went out for the place `item_id` of a list."""
    return any(each.item_id == item_id and each.purpose == "handover" for each in issued)


def _usable(said: OfflineSaid, issued: Sequence[ListedCode]) -> list[ListedCode]:
    """Return the issues that can prove it, for the present holder alone.

    None of them, or after them, was stopped or used.
    """
    usable: list[ListedCode] = []
    for each in issued:
        if each.stopped or each.purpose != "handover":
            break
        mine = (each.item_id, each.postman_id) == (said.item_id, said.postman_id)
        if mine and not each.moved and list(each.sent_to) == [said.holder]:
            usable.append(each)
    return usable


def root_of(conn: Conn, keys: Keyring, issued: Sequence[ListedCode], item: int) -> bytes | None:
    """Return the key of the three digits of the place `item`; None: none were sent, or retired."""
    for each in issued:
        if each.item_id == item and each.check_key is not None:
            with suppress(UnknownKey):
                return keys.root(conn, "codes", each.check_key)
    return None


def said_today(conn: Conn, postman_id: int, today: date) -> int:
    """Return how many handovers without network a postman said today whose code was right.

    What a wrong code says may be anybody's, in his name: it must not end what he may say himself.
    Its tries are counted with the article.
    """
    row = conn.execute(
        "SELECT count(*) FROM offline_claims WHERE postman_id = %s AND day = %s"
        " AND (outcome = 'stands' OR outcome = 'unproven' AND why = 'limit')",
        [postman_id, today],
    ).fetchone()
    assert row is not None
    return int(row[0])


@dataclass(frozen=True)
class OfflineFigure:
    """What a postman handed over without network in the last 30 days.

    `wrong`: what nothing proves, and the office has not got back: his wrong handovers.
    """

    postman: str
    name: str
    stands: int
    wrong: int
    settled: int
    objected: int
    handovers: int


# Where the article is tells that he was mistaken, not that he gave it to somebody: it came back,
# or its code was told afterwards to whoever brought it, typed from a slip, or at the window.
_BACK: Final = """(
    a.state IN ('at_office', 'returned', 'recalled') OR a.remark_final_at IS NOT NULL
    OR (a.state = 'delivered' AND NOT EXISTS (
        SELECT FROM delivery_items i WHERE i.article_id = a.id AND i.state = 'delivered'
        AND i.proof IN ('signature', 'exception')))
)"""


def of_postmen(conn: Conn, office_id: int | None, now: datetime) -> list[OfflineFigure]:
    """Return the figures of every postman who said so, the most wrong ones first.

    Of an office, and of those that are answered there, as exceptions are; None: of all.
    """
    rows = conn.execute(
        "SELECT s.staff_id, s.name, count(*) FILTER (WHERE k.outcome = 'stands'),"  # noqa: S608
        f" count(*) FILTER (WHERE k.outcome = 'unproven' AND NOT {_BACK}),"
        f" count(*) FILTER (WHERE k.outcome = 'settled' OR k.outcome = 'unproven' AND {_BACK}),"
        " count(*) FILTER (WHERE k.outcome = 'stands' AND a.not_received_at IS NOT NULL),"
        " (SELECT count(*) FROM delivery_lists l JOIN delivery_items i ON i.list_id = l.id"
        "  WHERE l.postman_id = s.id AND l.date > %(day)s AND i.state = 'delivered')"
        " FROM offline_claims k JOIN staff s ON s.id = k.postman_id"
        " JOIN articles a ON a.id = k.article_id"
        " WHERE (%(offices)s::bigint[] IS NULL OR k.office_id = ANY(%(offices)s))"
        " AND k.day > %(day)s GROUP BY s.id ORDER BY 4 DESC, 3 DESC, s.staff_id LIMIT 200",
        {
            "offices": None if office_id is None else offices.answered_by(conn, office_id),
            "day": day_of(now - _RATE_OF),
        },
    ).fetchall()
    return [OfflineFigure(*row) for row in rows]
