"""Articles: booked once, looked up by number, recalled by the sender."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

import orjson
from psycopg.rows import class_row

from flows.facts import ArticleState, Mode, Proof
from flows.number import read
from postal import modes, sought
from postal.people import access
from postal.people.access import Onlooker
from store import feed
from store.database import Conn
from store.feed import NewEvent
from store.refusals import Conflict, Unknown
from store.together import Awaited

Service = Literal["speed_post", "registered", "parcel", "insured", "money_order"]
Language = Literal["hi", "hi-Latn", "en"]
RECALLABLE: frozenset[ArticleState] = frozenset({"booked", "attempted", "at_office"})


@dataclass(frozen=True)
class NewArticle:
    """What the counter knows of an article. Phones in E.164, `cod_amount` in whole rupees."""

    number: str
    service: Service
    otp_required: bool
    recipient_phone: str | None
    recipient_name: str
    recipient_address: str
    recipient_pin: str
    recipient_language: Language
    sender_phone: str | None
    sender_name: str
    sender_language: Language
    cod_amount: int
    passport: bool = False
    authorised_person: str | None = None
    registration: bool = False  # paid for: the addressee or an authorised person only
    weight_g: int | None = None
    sender_address: str = ""  # where it goes back to; empty: the sender did not say
    sender_pin: str | None = None


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
    mode: Mode = "on"  # under which it went out last; before that, its office's

    @property
    def coded(self) -> bool:
        """Tell whether a code is sent and asked for, as flows/facts.py says."""
        return self.otp_required and self.mode != "off"


@dataclass(frozen=True)
class Booking:
    """A booked article. `new`: False where it had been booked before and nothing changed."""

    article: Article
    new: bool


@dataclass(frozen=True)
class ArticleEvent:
    """One event in the life of an article. `data` never holds a code or a telephone number."""

    at: datetime
    kind: str
    data: Mapping[str, Any]


class NumberTaken(Conflict):
    """The number belongs to an article with other content: each number is used once."""

    field = "number"

    def __init__(self, number: str, differing: list[str]) -> None:
        super().__init__(
            f"{number} is booked already with another {', '.join(differing)}:"
            " check the number on the label"
        )
        self.differing = differing


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


_INSERT = """
INSERT INTO articles
    (number, service, otp_required, recipient_phone, recipient_name, recipient_address,
     recipient_pin, sender_phone, sender_name, sender_address, sender_pin, cod_amount, passport,
     authorised_person, registration, weight_g, code_salt, booked_at, updated_at, sought)
SELECT number, service, otp_required, recipient_phone, recipient_name, recipient_address,
     recipient_pin, sender_phone, sender_name, sender_address, sender_pin, cod_amount, passport,
     authorised_person, registration, weight_g, decode(salt, 'hex'), %(now)s, %(now)s,
     array_to_tsvector(sought)
FROM json_to_recordset(%(given)s::json) AS given (
    n integer, number text, service text, otp_required boolean, recipient_phone text,
    recipient_name text, recipient_address text, recipient_pin text, sender_phone text,
    sender_name text, sender_address text, sender_pin text, cod_amount integer, passport boolean,
    authorised_person text, registration boolean, weight_g integer, salt text, sought text[])
ORDER BY n
ON CONFLICT (number) DO NOTHING RETURNING number, id
"""
_TEACH_RECIPIENTS = """
INSERT INTO phones (phone, language) SELECT * FROM unnest(%s::text[], %s::text[])
ON CONFLICT (phone) DO UPDATE SET language = excluded.language
WHERE NOT phones.chosen AND phones.language IS DISTINCT FROM excluded.language
"""
_TEACH_SENDERS = """
INSERT INTO phones (phone, language) SELECT * FROM unnest(%s::text[], %s::text[])
ON CONFLICT DO NOTHING
"""
_COMPARED = (
    "service",
    "otp_required",
    "recipient_phone",
    "recipient_name",
    "recipient_address",
    "recipient_pin",
    "sender_phone",
    "sender_name",
    "cod_amount",
    "passport",
    "authorised_person",
    "registration",
    "weight_g",
)
# Whoever books it once more may not know them: left out, they differ from nothing.
_COMPARED_IF_SAID = ("sender_address", "sender_pin")


def book(conn: Conn, new: NewArticle, now: datetime) -> Booking:
    """Book `new`, or find that exactly this was booked before. Raise `NumberTaken`.

    The telephones learn their language, unless the person chose one. Announce a new booking in the
    same transaction.
    """
    is_new = bool(book_free(conn, [new], now))
    found = get(conn, new.number)
    return Booking(found if is_new else same(found, new), new=is_new)


def book_free(conn: Conn, news: Sequence[NewArticle], now: datetime) -> dict[str, int]:
    """Book those of `news` whose numbers are free, the first of each; return their ids by number.

    The telephones of these learn their language, as `book` says. Announce them in the same
    transaction.
    """
    by_number: dict[str, NewArticle] = {}
    for new in news:
        by_number.setdefault(new.number, new)
    given = orjson.dumps([_row(n, new) for n, new in enumerate(by_number.values())])
    made = conn.execute(_INSERT, {"given": given.decode(), "now": now}).fetchall()
    ids: dict[str, int] = dict(made)
    booked = [new for number, new in by_number.items() if number in ids]
    _teach(conn, booked)
    feed.append_many(
        conn,
        [
            NewEvent(
                "article_booked",
                ids[new.number],
                now,
                {
                    "number": new.number,  # says, under its digest, which article these events
                    "service": new.service,  # are of
                    "otp_required": new.otp_required,
                    "cod_amount": new.cod_amount,
                },
            )
            for new in booked
        ],
    )
    return ids


def _row(n: int, new: NewArticle) -> dict[str, object]:
    """Return an article as `_INSERT` takes it."""
    return {
        **{field: getattr(new, field) for field in (*_COMPARED, *_COMPARED_IF_SAID)},
        "n": n,
        "number": new.number,
        "salt": secrets.token_hex(16),
        "sought": sought.of_article(
            new.number,
            (new.recipient_name, new.sender_name),
            (new.recipient_phone, new.sender_phone),
        ),
    }


def _teach(conn: Conn, booked: Sequence[NewArticle]) -> None:
    """Let telephones learn the language of a booking: a recipient's the last one, as it is theirs.

    In their order, so that two bookings do not wait for each other.
    """
    recipients: dict[str, Language] = {}
    senders: dict[str, Language] = {}
    for new in booked:
        if new.recipient_phone is not None:
            recipients[new.recipient_phone] = new.recipient_language
        if new.sender_phone is not None:
            senders.setdefault(new.sender_phone, new.sender_language)
    for phones, statement in ((recipients, _TEACH_RECIPIENTS), (senders, _TEACH_SENDERS)):
        if phones:
            names = sorted(phones)
            conn.execute(statement, (names, [phones[name] for name in names]))


def same(booked: Article, new: NewArticle) -> Article:
    """Return the booked article, where it is the same as `new`. Raise `NumberTaken`."""
    if differ := differing(booked, new):
        raise NumberTaken(new.number, differ)
    return booked


def differing(booked: Article, new: NewArticle) -> list[str]:
    """Return the fields in which `new` differs from the booked article."""
    said = (field for field in _COMPARED_IF_SAID if getattr(new, field))
    return [field for field in (*_COMPARED, *said) if getattr(booked, field) != getattr(new, field)]


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
       a.sender_address, a.sender_pin,
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
