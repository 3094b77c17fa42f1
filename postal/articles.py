"""Articles: looked up by number, recalled by the sender; `postal/new_articles.py` books them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

from psycopg.rows import class_row

from flows.facts import ArticleState, Mode, Proof
from flows.number import read
from india.promises import Promise
from postal import modes
from postal.people import access
from postal.people.access import Onlooker
from store import feed
from store.database import Conn
from store.refusals import Conflict, Unknown
from store.together import Awaited

Service = Literal["speed_post", "registered", "parcel", "insured", "money_order"]
Language = Literal["hi", "hi-Latn", "en"]
RECALLABLE: frozenset[ArticleState] = frozenset({"booked", "attempted", "at_office"})


@dataclass(frozen=True)
class Article:
    """An article in the books. `recipient_language`: the present language of its telephone."""

    id: int
    number: str
    service: Service
    otp_required: bool
    state: ArticleState
    recipient_phone: str | None
    recipient_name: str
    recipient_address: str
    recipient_pin: str
    recipient_language: Language | None
    sender_phone: str | None
    sender_name: str
    cod_amount: int
    attempts: int
    remark: int | None
    witness: str | None
    witness_by: Proof | None
    remark_counts: bool | None
    passport: bool
    authorised_person: str | None
    registration: bool
    weight_g: int | None
    chosen_day: date | None
    held_until: date | None
    booked_at: datetime
    delivered_at: datetime | None
    updated_at: datetime
    suspended: bool = False  # the remark: own words contest it, and the digit has not come
    sender_address: str = ""
    sender_pin: str | None = None
    hint: str | None = None  # to the place, in the recipient's words; purged with all texts
    promise: Promise | None = None
    due_by: date | None = None
    pieces: int = 1
    pieces_missing: list[int] | None = None  # when the others were handed over
    digipin: str | None = None
    mode: Mode = "on"  # under which it went out last; before that, its office's

    @property
    def coded(self) -> bool:
        """Tell whether a code is sent and asked for, as flows/facts.py says."""
        return self.otp_required and self.mode != "off"


@dataclass(frozen=True)
class ArticleEvent:
    """One event in the life of an article. `data` never holds a code or a telephone number."""

    at: datetime
    kind: str
    data: Mapping[str, Any]


class UnknownArticle(Unknown):
    """No article has this number."""

    def __init__(self, number: str) -> None:
        super().__init__(f"no article {number} is booked here")


class NotRecallable(Conflict):
    """The article is out with a postman, or its journey is over."""

    def __init__(self, number: str, state: ArticleState) -> None:
        super().__init__(
            f"{number} is {state}: only an article that is booked, attempted or at_office"
            " can be recalled"
        )
        self.state = state


def parse_number(raw: str) -> str:
    """Return `raw` as an article number (`flows.number.read`). Raise ValueError with the reason."""
    return read(raw)


def look(conn: Conn, number: str, reader: Onlooker) -> Article:
    """Return the article for somebody to see, which is written down. Raise as `get`."""
    found = get(conn, number)
    access.look(conn, reader, "opened", article_id=found.id)
    return found


def look_by_id(conn: Conn, id_: int, reader: Onlooker) -> Article | None:
    """Return the article of that row for somebody to see, which is written down."""
    found = by_id(conn, id_)
    if found is not None:
        access.look(conn, reader, "opened", article_id=found.id)
    return found


def get(conn: Conn, number: str) -> Article:
    """Return the article with this number. Raise `UnknownArticle`."""
    for article in _read(conn, "a.number = %s", number):
        return article
    raise UnknownArticle(number)


def numbered(conn: Conn, numbers: Sequence[str]) -> dict[str, Article]:
    """Return those of `numbers` that are booked."""
    return {each.number: each for each in _read(conn, "a.number = ANY(%s)", list(numbers))}


def by_id(conn: Conn, id_: int) -> Article | None:
    """Return the article with this row id, which addresses may hold where numbers may not."""
    return ask_by_id(conn, id_).answer()


def ask_by_id(conn: Conn, id_: int) -> Awaited[Article | None]:
    """Ask for the article with this row id."""
    return _ask(conn, "a.id = %s", id_).then(lambda found: next(iter(found), None))


_READ = f"""
SELECT a.id, a.number, a.service, a.otp_required, a.state, a.recipient_phone,
       a.recipient_name, a.recipient_address, a.recipient_pin,
       p.language AS recipient_language, a.sender_phone, a.sender_name, a.cod_amount,
       a.attempts, a.remark, a.witness, a.witness_by, a.remark_counts, a.passport,
       a.authorised_person, a.registration, a.weight_g, a.chosen_day, a.held_until, a.booked_at,
       a.delivered_at, a.updated_at, a.suspended_at IS NOT NULL AS suspended,
       a.sender_address, a.sender_pin, a.promise, a.due_by, a.pieces, a.pieces_missing,
       a.digipin,
       nullif(h.body, '') AS hint, {modes.OF_ARTICLE} AS mode
FROM articles a LEFT JOIN phones p ON p.phone = a.recipient_phone
LEFT JOIN messages h ON h.id = a.hint_id WHERE
"""  # noqa: S608


def _read(conn: Conn, condition: str, value: object) -> list[Article]:
    return _ask(conn, condition, value).answer()


def _ask(conn: Conn, condition: str, value: object) -> Awaited[list[Article]]:
    cursor = conn.cursor(row_factory=class_row(Article))
    return Awaited(cursor.execute((_READ + condition).encode(), [value]).fetchall)


def history(conn: Conn, article: Article) -> list[ArticleEvent]:
    """Return what happened to `article`, oldest first."""
    return ask_history(conn, article.id).answer()


def ask_history(conn: Conn, id_: int) -> Awaited[list[ArticleEvent]]:
    """Ask for what happened to the article with this row id, oldest first."""
    cursor = conn.cursor(row_factory=class_row(ArticleEvent))
    cursor.execute("SELECT at, kind, data FROM events WHERE article_id = %s ORDER BY id", (id_,))
    return Awaited(cursor.fetchall)


def recall(conn: Conn, number: str, now: datetime) -> Article:
    """Recall the article for its sender. Raise `UnknownArticle` and `NotRecallable`."""
    recalled = conn.execute(
        "UPDATE articles SET state = 'recalled', updated_at = %s"
        " WHERE number = %s AND state = ANY(%s) RETURNING id",
        (now, number, list(RECALLABLE)),
    ).fetchone()
    article = get(conn, number)
    if recalled is None:
        raise NotRecallable(number, article.state)
    feed.append(conn, "recalled", article.id, now, {})
    return article
