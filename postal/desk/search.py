"""Search for the help desk: whatever a caller can say of their post.

One box takes a telephone, an article number, parts of both, a ticket, a staff id, a PIN, a name in
any script and as it sounds, words of a text or a note; every possible reading is looked up.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, fields
from datetime import date, datetime

from psycopg.rows import class_row

from flows import number
from flows.grammar.text import fold
from flows.sounds import sounds
from india import figures, phone, pincode, signs
from postal import sought, walls
from postal.desk import by_words
from postal.desk.by_words import FoundNote, FoundText
from postal.people import access
from postal.people.access import Onlooker
from store.database import Conn

MOST = 20  # of each kind
_LAST_DIGITS = re.compile(r"[0-9]{4,9}", re.ASCII)
_PHONE_PART = re.compile(r"[0-9]{8,9}", re.ASCII)
_NUMBER_BEGINS = re.compile(r"[A-Za-z]{2}[0-9]{3,9}", re.ASCII)
_TICKET = re.compile(r"#? ?([0-9]{1,8})", re.ASCII)
_STAFF = re.compile(r"[A-Za-z0-9._-]{1,40}", re.ASCII)
_WITH_PIN = re.compile(r"(?<!\d)([1-9][0-9]{2} ?[0-9]{3})(?!\d)", re.ASCII)
_SHORTEST_NAME = 3
_NEWEST = 2000  # articles of a name, or texts with a word, among which the offices' walls are asked


@dataclass(frozen=True)
class Query:
    """The typed text in every reading that it can have."""

    phone: str | None = None
    article: str | None = None
    last_digits: str | None = None
    ticket: int | None = None
    staff_id: str | None = None
    pin: str | None = None
    name: str | None = None
    sounds: tuple[str, ...] = ()  # of the words of a name; with a `pin`: there
    words: str | None = None  # of a text or a note
    number_begins: str | None = None
    phone_part: str | None = None

    @property
    def empty(self) -> bool:
        return self == Query()


def read(typed: str) -> Query:
    """Return what `typed` can mean; digits of any script, spaces and hyphens may be in it."""
    typed = typed[:100].strip()
    text = " ".join(fold(signs.bare(typed)).split())
    bare = figures.digits(text)
    ticket = _TICKET.fullmatch(text)
    only_ticket = text.startswith("#")
    if not text or (only_ticket and ticket is None):
        return Query()
    if only_ticket and ticket is not None:
        return Query(ticket=int(ticket[1]))
    article = number.parse(text)
    digits = _LAST_DIGITS.fullmatch(bare)
    named = len(text) >= _SHORTEST_NAME and not digits and article is None
    pin = _WITH_PIN.search(text)
    begins = _NUMBER_BEGINS.fullmatch(bare) if article is None else None
    return Query(
        phone=phone.e164(text),
        article=article,
        last_digits=bare if digits else None,
        ticket=int(ticket[1]) if ticket else None,
        staff_id=text if _STAFF.fullmatch(text) and article is None else None,
        pin=pincode.parse(pin[1] if pin else text),
        name=typed if named else None,
        sounds=sounds(typed) if named and begins is None else (),
        words=typed if named and any(map(str.isalpha, text)) else None,
        number_begins=begins[0].upper() if begins else None,
        phone_part=bare if _PHONE_PART.fullmatch(bare) else None,
    )


@dataclass(frozen=True)
class FoundPerson:
    """A telephone that has a conversation. `conversation` is the id of its page."""

    conversation: int
    phone: str
    machines: list[str]


@dataclass(frozen=True)
class FoundArticle:
    id: int
    number: str
    service: str
    state: str
    recipient_name: str
    recipient_pin: str
    booked_at: datetime


@dataclass(frozen=True)
class FoundTicket:
    id: int
    kind: str
    at: datetime
    closed_at: datetime | None


@dataclass(frozen=True)
class FoundPostman:
    """A postman. `conversation` is None for one who never texted."""

    id: int
    staff_id: str
    name: str
    office: str
    conversation: int | None


@dataclass(frozen=True)
class FoundOffice:
    id: int
    name: str
    pin: str
    district: str


@dataclass(frozen=True)
class Found:
    """Everything that a query can mean; the newest first, `MOST` of each kind."""

    people: list[FoundPerson]
    articles: list[FoundArticle]
    tickets: list[FoundTicket]
    postmen: list[FoundPostman]
    offices: list[FoundOffice]
    texts: list[FoundText]
    notes: list[FoundNote]

    @property
    def nothing(self) -> bool:
        return not any(getattr(self, each.name) for each in fields(self))


def find(conn: Conn, query: Query, day: date | None, office: int | None = None) -> Found:
    """Return what `query` finds. `write_down` it before it is shown.

    With a `day`, only articles booked, out or finished on it. `office`: the only office that it may
    concern (docs/developing/trust.md rule 11); None: any. What `sought.catch_up` has not read is
    not found by names or parts of numbers.
    """
    return Found(
        _people(conn, query, office),
        _articles(conn, query, day, office),
        _tickets(conn, query, office),
        _postmen(conn, query, office),
        _offices(conn, query, office),
        by_words.texts(conn, query.words, office, MOST),
        by_words.notes(conn, query.words, office, MOST),
    )


def write_down(conn: Conn, reader: Onlooker, query: Query, found: Found) -> None:
    """Write down what `reader` found by `query` (docs/developing/trust.md rule 12)."""
    if query.phone is not None:
        access.look(conn, reader, "found", phone=query.phone)
    elif query.article is not None and found.articles:
        access.look(conn, reader, "found", article_id=found.articles[0].id)
    else:
        shown = len(found.articles) + len(found.texts) + len(found.people)
        access.searched(conn, reader, shown, f"found by {_by(query)}")


def _by(query: Query) -> str:
    """Return what was searched by, as the access log may hold it: no telephone, and no name."""
    if query.phone_part:
        return "part of a telephone or number"
    return query.last_digits or query.number_begins or ("name or words" if query.name else "text")


def _people(conn: Conn, query: Query, office: int | None) -> list[FoundPerson]:
    phones = [query.phone] if query.phone else _phones_with(conn, query.phone_part)
    seen = [each for each in phones if walls.concerns_phone(conn, office, each)]
    if not seen:
        return []
    with conn.cursor(row_factory=class_row(FoundPerson)) as cursor:
        return cursor.execute(
            "SELECT min(id) AS conversation, whose AS phone, array_agg(machine ORDER BY id) AS"
            " machines FROM conversations WHERE whose = ANY(%s) GROUP BY whose ORDER BY 1 DESC"
            " LIMIT %s",
            (seen, MOST),
        ).fetchall()


def _phones_with(conn: Conn, digits: str | None) -> list[str]:
    """Return some telephones of articles that hold `digits`."""
    if digits is None:
        return []
    rows = conn.execute(
        "SELECT DISTINCT phone FROM articles a CROSS JOIN LATERAL"
        " (VALUES (a.recipient_phone), (a.sender_phone)) AS its (phone)"
        " WHERE a.sought @@ %s::tsquery AND phone LIKE %s LIMIT %s",
        (sought.by_phone(digits), f"%{digits}%", MOST),
    ).fetchall()
    return [row[0] for row in rows]


_ARTICLES = f"""
SELECT id, number, service, state, recipient_name, recipient_pin, booked_at FROM articles a
WHERE id IN ({{found}}) AND {walls.ARTICLE} AND (%(day)s::date IS NULL OR
    (booked_at AT TIME ZONE 'Asia/Kolkata')::date = %(day)s
    OR (delivered_at AT TIME ZONE 'Asia/Kolkata')::date = %(day)s
    OR EXISTS (SELECT FROM delivery_items i JOIN delivery_lists l ON l.id = i.list_id
               WHERE i.article_id = a.id AND l.date = %(day)s))
ORDER BY id DESC LIMIT %(most)s
"""  # noqa: S608
# Each part has an index of its own; only what is asked for is searched.
_BY_NUMBER = "SELECT id FROM articles WHERE number = %(article)s"
_BY_SOUGHT = (
    "(SELECT id FROM articles WHERE sought @@ %(sought)s::tsquery"
    " AND (%(pin)s::text IS NULL OR recipient_pin = %(pin)s) ORDER BY id + 0 DESC LIMIT %(newest)s)"
)
_BY_BEGINNING = (
    "(SELECT id FROM articles WHERE number LIKE %(begins)s ORDER BY number LIMIT %(newest)s)"
)
_BY_DIGITS = "SELECT id FROM articles WHERE reverse(substr(number, 3, 9)) LIKE %(digits)s"
_BY_PHONE = (
    "SELECT id FROM articles WHERE recipient_phone = %(phone)s UNION ALL"
    " SELECT id FROM articles WHERE sender_phone = %(phone)s UNION ALL"
    " SELECT article_id FROM nominees WHERE phone = %(phone)s AND ended_at IS NULL"
)


def _articles(conn: Conn, query: Query, day: date | None, office: int | None) -> list[FoundArticle]:
    ways = [
        *([_BY_NUMBER] if query.article else []),
        *([_BY_DIGITS] if query.last_digits else []),
        *([_BY_PHONE] if query.phone else []),
        *([_BY_BEGINNING] if query.number_begins else []),
        *([_BY_SOUGHT] if (asked := _sought(query)) else []),
    ]
    if not ways:
        return []
    with conn.cursor(row_factory=class_row(FoundArticle)) as cursor:
        return cursor.execute(
            _ARTICLES.replace("{found}", " UNION ALL ".join(ways)).encode(),
            {
                "article": query.article,
                "digits": f"{(query.last_digits or '')[::-1]}%",
                "phone": query.phone,
                "begins": f"{query.number_begins}%",
                "sought": asked,
                "pin": query.pin if query.sounds else None,
                "newest": _NEWEST,
                "day": day,
                "most": MOST,
                "office": office,
            },
        ).fetchall()


def _sought(query: Query) -> str:
    """Return what is looked for in `sought`, as a tsquery; empty for nothing."""
    digits = query.last_digits or ""
    return " | ".join(
        [
            *([f"({sought.by_name(query.sounds)})"] if query.sounds else []),
            *([sought.by_number(digits)] if len(digits) >= sought.SHORTEST_NUMBER else []),
            *([sought.by_phone(query.phone_part)] if query.phone_part else []),
        ]
    )


def _tickets(conn: Conn, query: Query, office: int | None) -> list[FoundTicket]:
    with conn.cursor(row_factory=class_row(FoundTicket)) as cursor:
        return cursor.execute(
            "SELECT id, kind, at, closed_at FROM tickets t WHERE (id = %(ticket)s"  # noqa: S608
            " OR phone = %(phone)s"
            " OR article_id = (SELECT id FROM articles WHERE number = %(article)s))"
            f" AND {walls.TICKET} ORDER BY id DESC LIMIT %(most)s".encode(),
            {
                "ticket": query.ticket,
                "phone": query.phone,
                "article": query.article,
                "most": MOST,
                "office": office,
            },
        ).fetchall()


def tickets_of(
    conn: Conn, office: int | None, *, phone: str | None = None, article: int | None = None
) -> list[FoundTicket]:
    """Return the tickets that a telephone raised, or about an article; the newest first.

    `office`: only those that concern it.
    """
    query = (
        "SELECT id, kind, at, closed_at FROM tickets t"  # noqa: S608
        " WHERE (t.phone = %(phone)s OR t.article_id = %(article)s)"
        f" AND {walls.TICKET} ORDER BY id DESC LIMIT %(most)s"
    )
    values = {"phone": phone, "article": article, "office": office, "most": MOST}
    with conn.cursor(row_factory=class_row(FoundTicket)) as cursor:
        return cursor.execute(query.encode(), values).fetchall()


def _postmen(conn: Conn, query: Query, office: int | None) -> list[FoundPostman]:
    with conn.cursor(row_factory=class_row(FoundPostman)) as cursor:
        return cursor.execute(
            "SELECT s.id, s.staff_id, s.name, o.name AS office, c.id AS conversation FROM staff s"
            " JOIN offices o ON o.id = s.office_id"
            " LEFT JOIN conversations c ON c.whose = s.phone AND c.machine = 'postman'"
            " WHERE s.role = 'postman' AND (s.staff_id = %s OR alike(s.name) LIKE alike_prefix(%s)"
            " OR s.sought @@ %s::tsquery OR s.phone = %s)"
            " AND s.office_id = coalesce(%s, s.office_id) ORDER BY s.name LIMIT %s",
            (query.staff_id, query.name, _named(query), query.phone, office, MOST),
        ).fetchall()


def _offices(conn: Conn, query: Query, office: int | None) -> list[FoundOffice]:
    with conn.cursor(row_factory=class_row(FoundOffice)) as cursor:
        return cursor.execute(
            "SELECT id, name, pin, district FROM offices WHERE (pin = %s"
            " OR alike(name) LIKE alike_prefix(%s) OR sought @@ %s::tsquery)"
            " AND id = coalesce(%s, id)"
            " ORDER BY array_position(ARRAY['head', 'sub', 'branch'], branch_type), name LIMIT %s",
            (query.pin, query.name, _named(query), office, MOST),
        ).fetchall()


def _named(query: Query) -> str | None:
    return sought.by_name(query.sounds) if query.sounds else None
