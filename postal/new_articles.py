"""The booking of articles: each number once, with what the counter knows of it."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

import orjson

from india import promises
from india.calendar import day_of
from india.promises import Promise
from postal import sought
from postal.articles import Article, Language, Service, get
from postal.people import numbers
from store import feed
from store.database import Conn
from store.feed import NewEvent
from store.refusals import Conflict, Invalid


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
    promise: Promise | None = None  # 24 or 48 Speed Post
    due_by: date | None = None  # as agreed; None: as its promise says, if it has one
    pieces: int | None = None  # under the one number; None: one, or nobody said
    digipin: str | None = None


@dataclass(frozen=True)
class Booking:
    """A booked article. `new`: False where it had been booked before and nothing changed."""

    article: Article
    new: bool


class NumberTaken(Conflict):
    """The number belongs to an article with other content: each number is used once."""

    field = "number"

    def __init__(self, number: str, differing: list[str]) -> None:
        super().__init__(
            f"{number} is booked already with another {', '.join(differing)}:"
            " check the number on the label"
        )
        self.differing = differing


class NotPromised(Invalid):
    """Hours are promised of a service that has none."""

    field = "promise"
    sentence = "24 and 48 are Speed Post: leave promise out, or book it as speed_post"


class DueBefore(Invalid):
    """It would be late when it is booked."""

    field = "due_by"
    sentence = "is before the day of booking: give that day, or a later one"


def has_hours(service: Service | None) -> bool:
    """Tell whether 24 or 48 hours can be promised of the service."""
    return service == "speed_post"


def unpromised(
    service: Service, promise: Promise | None, due_by: date | None, today: date
) -> Invalid | None:
    """Return why what is promised of a new article cannot be; None: it can."""
    if promise is not None and not has_hours(service):
        return NotPromised()
    return DueBefore() if due_by is not None and due_by < today else None


_INSERT = """
INSERT INTO articles
    (number, service, otp_required, recipient_phone, recipient_name, recipient_address,
     recipient_pin, sender_phone, sender_name, sender_address, sender_pin, cod_amount, passport,
     authorised_person, registration, weight_g, promise, due_by, pieces, digipin, code_salt,
     booked_at, updated_at, sought)
SELECT number, service, otp_required, recipient_phone, recipient_name, recipient_address,
     recipient_pin, sender_phone, sender_name, sender_address, sender_pin, cod_amount, passport,
     authorised_person, registration, weight_g, promise, due_by, pieces, digipin,
     decode(salt, 'hex'), %(now)s, %(now)s,
     array_to_tsvector(sought)
FROM json_to_recordset(%(given)s::json) AS given (
    n integer, number text, service text, otp_required boolean, recipient_phone text,
    recipient_name text, recipient_address text, recipient_pin text, sender_phone text,
    sender_name text, sender_address text, sender_pin text, cod_amount integer, passport boolean,
    authorised_person text, registration boolean, weight_g integer, promise smallint, due_by date,
    pieces smallint, digipin text, salt text, sought text[])
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
_COMPARED_IF_SAID = ("sender_address", "sender_pin", "promise", "due_by", "pieces", "digipin")


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
    given = orjson.dumps([_row(n, new, day_of(now)) for n, new in enumerate(by_number.values())])
    made = conn.execute(_INSERT, {"given": given.decode(), "now": now}).fetchall()
    ids: dict[str, int] = dict(made)
    booked = [new for number, new in by_number.items() if number in ids]
    _teach(conn, booked, now)
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


def _row(n: int, new: NewArticle, today: date) -> dict[str, object]:
    """Return an article as `_INSERT` takes it, due by what was agreed or promised."""
    due_by = new.due_by or (promises.due(new.promise, today) if new.promise else None)
    return {
        **{field: getattr(new, field) for field in (*_COMPARED, *_COMPARED_IF_SAID)},
        "due_by": due_by,
        "pieces": new.pieces or 1,
        "n": n,
        "number": new.number,
        "salt": secrets.token_hex(16),
        "sought": sought.of_article(
            new.number,
            (new.recipient_name, new.sender_name),
            (new.recipient_phone, new.sender_phone),
        ),
    }


def _teach(conn: Conn, booked: Sequence[NewArticle], now: datetime) -> None:
    """Let telephones learn the language of a booking: a recipient's the last one, as it is theirs.

    In their order, so that two bookings do not wait for each other. Those of recipients are looked
    for among withdrawn numbers.
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
    if recipients:
        numbers.doubt_withdrawn(conn, sorted(recipients), now)


def same(booked: Article, new: NewArticle) -> Article:
    """Return the booked article, where it is the same as `new`. Raise `NumberTaken`."""
    if differ := differing(booked, new):
        raise NumberTaken(new.number, differ)
    return booked


def differing(booked: Article, new: NewArticle) -> list[str]:
    """Return the fields in which `new` differs from the booked article."""
    said = (field for field in _COMPARED_IF_SAID if getattr(new, field))
    return [field for field in (*_COMPARED, *said) if getattr(booked, field) != getattr(new, field)]
