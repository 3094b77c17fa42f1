"""What telephones wish for all their post, and the words of who is at home, as the books hold it.

docs/developing/trust.md rule 20. A word is derived, as a code is, and stored nowhere.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Final

from flows.facts import (
    HouseholdFact,
    OtherTakers,
    Proof,
    QuoteVerdict,
    Takers,
    WishGroup,
    WordState,
    WordVerdict,
    wish_digits,
)
from flows.recipient.household import WISHES_NOW
from flows.trust import MOST_WISHES, MOST_WORDS, WISH_ASKED_FOR, WORD_FOR, WRONG_QUOTES
from india import spoken_words
from india.calendar import bounds, day_of
from postal import quotes
from store.database import Conn
from store.keyring import Keyring

FIGURES_OF: Final = timedelta(days=30)
WORD_KEPT: Final = timedelta(days=7)  # of one that was chosen and not used
NO_WORD: Final = (
    "word_state = NULL, word_salt = NULL, word_key = NULL, word_at = NULL,"
    " drawn_salt = NULL, drawn_key = NULL"
)
# Words that were shown and not taken are in the way of none that were: those still count.
_STATE: Final = (
    "CASE WHEN drawn_salt IS NOT NULL THEN 'offered' ELSE coalesce(word_state, 'none') END"
)
_PURPOSE: Final = b"dakiya/household word/1/"


def word_of(root: bytes, salt: bytes) -> str:
    """Return the two numbers of a word: four digits, two for each of its spoken words."""
    digest = hmac.new(root, _PURPOSE + salt, hashlib.sha256).digest()
    halves = int.from_bytes(digest[:8], "big"), int.from_bytes(digest[8:16], "big")
    return "".join(str(spoken_words.FIRST + half % spoken_words.COUNT) for half in halves)


KEEPS: Final = "coalesce(CASE WHEN h.unheard THEN h.heard_keeps ELSE h.keeps END, false)"
WEEKDAYS: Final = "(CASE WHEN h.unheard THEN h.heard_weekdays ELSE h.weekdays END)"
SINCE: Final = "(CASE WHEN h.unheard THEN h.heard_since ELSE h.weekdays_since END)"
"""What the household `h` wishes of when its post comes, and since when: the last wish of which its
telephone was told."""
BROUGHT: Final = (
    f"(a.state = 'at_office' AND a.kept_by_wish AND (a.chosen_day IS NOT NULL OR NOT {KEEPS}))"
)
"""Whether a list may take the article `a` of the household `h` from the office, where a wish kept
it: the wish is over, or a day was chosen."""

_GROUPS: Final[tuple[WishGroup, ...]] = ("who", "when", "word")  # in the order of their columns
_OF: Final = f"""
SELECT coalesce(may_take, 'holder'), coalesce(weekdays, '{{}}'), coalesce(keeps, false),
       {_STATE}, CASE WHEN asked_at > %(asked)s THEN coalesce(asks, 'holder') ELSE 'holder' END,
       coalesce(question, 0), salt, question_key,
       CASE WHEN wrong_day = %(today)s THEN wrong_quotes ELSE 0 END,
       CASE WHEN wished_day = %(today)s THEN ARRAY[who_wishes, wishes, word_wishes] END,
       doubt IS NOT NULL
FROM (SELECT %(phone)s::text AS phone) one LEFT JOIN households USING (phone)
LEFT JOIN phones USING (phone)
"""  # noqa: S608


@dataclass(frozen=True)
class QuotedWish:
    """Two digits that a text quotes, and whom it lets in; None: whom the question is about."""

    takers: OtherTakers | None
    digits: str


def fact(
    conn: Conn, keys: Keyring, phone: str, now: datetime, quoted: QuotedWish | None
) -> HouseholdFact:
    """Return what a telephone wishes, with the verdict on the digits that its text quotes.

    Its wrong ones are counted apart from those about an article: they can be spent by a forged
    text, and the holder's consent to a move must not be gone with them.
    """
    row = conn.execute(
        _OF, {"phone": phone, "today": day_of(now), "asked": now - WISH_ASKED_FOR}
    ).fetchone()
    assert row is not None
    may_take, weekdays, keeps, word, asks, question, salt, key, wrong, wished, doubted = row
    often: Sequence[int] = wished or ()
    spent = tuple(
        group for group, times in zip(_GROUPS, often, strict=False) if times >= MOST_WISHES
    )
    verdict: QuoteVerdict = "unchecked"
    if quoted is not None and wrong >= WRONG_QUOTES:
        verdict = "locked"
    elif quoted is not None and asks != "holder":
        number = wish_digits(question, quoted.takers or asks)
        right = quotes.quote_of(keys.root(conn, "codes", key), salt, phone, number)
        verdict = quotes.judge(quoted.digits, right)
    days = tuple(weekdays)
    return HouseholdFact(may_take, days, keeps, word, asks, question, verdict, spent, doubted)


@dataclass(frozen=True)
class DoorVisit:
    """A postman at the door of an item of his list; ids of rows. `phone`: of the recipient."""

    phone: str | None
    item_id: int
    postman_id: int


_JUDGED: Final = """
SELECT h.word_salt, h.word_key,
       (SELECT count(*) FROM word_tries t WHERE t.staff_id = %(postman)s AND t.day = %(today)s),
       EXISTS (SELECT FROM articles a JOIN events e ON e.article_id = a.id
               WHERE a.recipient_phone = %(phone)s AND a.updated_at >= %(began)s
                 AND e.kind = 'delivered' AND e.at >= %(began)s AND e.data ->> 'proof' = 'word')
FROM (SELECT FROM delivery_items WHERE id = %(item)s AND approached_at > %(since)s) i
LEFT JOIN households h ON h.phone = %(phone)s AND h.word_state = 'chosen'
     AND h.word_at > %(kept)s
"""


def judge(
    conn: Conn, keys: Keyring, visit: DoorVisit, told: str, now: datetime, today: date
) -> WordVerdict:
    """Judge a word that a postman was told: the household's counts while he is at its door.

    Where it chose none, any is wrong: whether it did is nobody's to find out by asking. But where
    one was used that day, also for what was taken back, and none was chosen since, any is used:
    it is compared with nothing, so that who guesses learns nothing, and nobody is alarmed.
    """
    row = conn.execute(
        _JUDGED,
        {
            "postman": visit.postman_id,
            "item": visit.item_id,
            "phone": visit.phone,
            "today": today,
            "since": now - WORD_FOR,
            "began": bounds(today)[0],
            "kept": now - WORD_KEPT,
        },
    ).fetchone()
    if row is None:
        return "none"
    salt, key, tried, used = row
    if salt is None and used:
        return "used"
    if tried >= MOST_WORDS:
        return "over"
    if salt is None:
        return "wrong"
    right = word_of(keys.root(conn, "codes", key), salt)
    return "right" if hmac.compare_digest(told, right) else "wrong"


def keeps(conn: Conn, number: str) -> bool:
    """Tell whether the addressee of an article wishes that all his post is kept at the office.

    Not of one for which a day was chosen.
    """
    row = conn.execute(
        "SELECT EXISTS (SELECT FROM articles a JOIN households h ON h.phone = a.recipient_phone"  # noqa: S608
        f" WHERE a.number = %s AND {KEEPS} AND a.chosen_day IS NULL)",
        [number],
    ).fetchone()
    return row == (True,)


_HEARD: Final = """
UPDATE households h SET unheard = false, weekdays_since = told.at
FROM households w CROSS JOIN LATERAL (
    SELECT min(coalesce(m.delivered_at, m.sent_at)) AS at FROM messages m
    WHERE m.phone = w.phone AND m.at >= w.weekdays_since AND m.direction = 'out'
      AND m.template = ANY(%(templates)s)
      AND (m.status = 'delivered' OR m.status = 'sent' AND m.gateway = ANY(%(silent)s))) told
WHERE w.unheard AND told.at IS NOT NULL AND h.phone = w.phone
"""
_SAYS_SO: Final = ("wish_days", "wish_keep", *WISHES_NOW)


def note_heard(conn: Conn, silent: Collection[str]) -> None:
    """Let wishes count of which their telephone was told. `silent`: carriers without receipts."""
    conn.execute(_HEARD, {"templates": list(_SAYS_SO), "silent": list(silent)})


def kept_since(conn: Conn, phone: str | None) -> datetime | None:
    """Return since when a telephone wishes that its post is kept; None: it is not known."""
    row = conn.execute(
        f"SELECT {SINCE} FROM households h WHERE h.phone = %s AND {KEEPS}",  # noqa: S608
        [phone],
    ).fetchone()
    since: datetime | None = row[0] if row else None
    return since


@dataclass(frozen=True)
class KnownHousehold:
    """What the desk sees of a telephone's wishes. `proof`: of who lets others take it."""

    may_take: Takers
    may_take_from: datetime | None
    weekdays: tuple[int, ...]
    keeps: bool
    word: WordState
    proof: Proof | None
    changed_at: datetime


def known(conn: Conn, phone: str) -> KnownHousehold | None:
    """Return what a telephone wishes for all its post; None: it never wished anything."""
    row = conn.execute(
        "SELECT coalesce(may_take, 'holder'), may_take_from, coalesce(weekdays, '{}'), keeps,"
        " coalesce(word_state, 'none'), proof, changed_at FROM households WHERE phone = %s",
        [phone],
    ).fetchone()
    if row is None:
        return None
    may_take, from_, weekdays, keeps, word, proof, changed_at = row
    return KnownHousehold(may_take, from_, tuple(weekdays), keeps, word, proof, changed_at)


@dataclass(frozen=True)
class ShownHousehold:
    """What a screen, or the desk, shows of a telephone. `word`: the numbers of the offered one."""

    household: HouseholdFact
    word: tuple[str, str] | None = field(default=None, repr=False)


def shown(conn: Conn, keys: Keyring, phone: str, now: datetime) -> ShownHousehold:
    """Return what a telephone that dials is shown; the words only until it takes them."""
    house = fact(conn, keys, phone, now, None)
    if house.word != "offered":
        return ShownHousehold(house)
    row = conn.execute(
        "SELECT drawn_salt, drawn_key FROM households WHERE phone = %s", [phone]
    ).fetchone()
    assert row is not None
    numbers = word_of(keys.root(conn, "codes", row[1]), row[0])
    return ShownHousehold(house, (numbers[:2], numbers[2:]))


def in_use(conn: Conn) -> dict[int, int]:
    """Return how many questions and words there are of each key."""
    rows = conn.execute(
        "SELECT key, count(*) FROM (SELECT question_key AS key FROM households"
        " WHERE asks IS NOT NULL UNION ALL SELECT word_key FROM households"
        " WHERE word_state IS NOT NULL UNION ALL SELECT drawn_key FROM households"
        " WHERE drawn_key IS NOT NULL) AS used GROUP BY key"
    ).fetchall()
    return dict(rows)


@dataclass(frozen=True)
class WordFigure:
    """What a postman handed over on words in the last 30 days, and how many were wrong."""

    postman: str
    name: str
    on_word: int
    wrong: int
    objected: int
    handovers: int


_FIGURES: Final = """
SELECT s.staff_id, s.name, done.on_word, tried.wrong, done.objected, done.handovers
FROM staff s
CROSS JOIN LATERAL (
    SELECT count(*) FILTER (WHERE i.proof = 'word') AS on_word, count(*) AS handovers,
           count(*) FILTER (WHERE i.proof = 'word' AND a.not_received_at IS NOT NULL) AS objected
    FROM delivery_lists l JOIN delivery_items i ON i.list_id = l.id
    JOIN articles a ON a.id = i.article_id
    WHERE l.postman_id = s.id AND l.date > %(day)s AND i.state = 'delivered') done
CROSS JOIN LATERAL (
    SELECT count(*) AS wrong FROM word_tries t
    WHERE t.staff_id = s.id AND t.day > %(day)s) tried
WHERE s.role = 'postman' AND (%(office)s::bigint IS NULL OR s.office_id = %(office)s)
  AND done.on_word + tried.wrong > 0
ORDER BY tried.wrong DESC, done.on_word DESC, s.staff_id LIMIT 200
"""


def of_postmen(conn: Conn, office_id: int | None, today: date) -> list[WordFigure]:
    """Return the figures of an office's postmen, most wrong words first; None: of every office."""
    rows = conn.execute(_FIGURES, {"office": office_id, "day": today - FIGURES_OF}).fetchall()
    return [WordFigure(*row) for row in rows]
