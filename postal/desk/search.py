"""Search for the help desk: whatever a caller can say of their post.

One box takes a telephone, an article number or its last digits, a ticket, a staff id, a PIN or a
name; every possible reading is looked up.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime

from psycopg.rows import class_row

from flows import number
from flows.grammar.text import fold
from india import figures, phone, pincode, signs
from postal import walls
from postal.people import access
from postal.people.access import Onlooker
from store.database import Conn

MOST = 20  # of each kind
_LAST_DIGITS = re.compile(r"[0-9]{4,9}", re.ASCII)
_TICKET = re.compile(r"#? ?([0-9]{1,8})", re.ASCII)
_STAFF = re.compile(r"[A-Za-z0-9._-]{1,40}", re.ASCII)
_SHORTEST_NAME = 3


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
    return Query(
        phone=phone.e164(text),
        article=article,
        last_digits=bare if digits else None,
        ticket=int(ticket[1]) if ticket else None,
        staff_id=text if _STAFF.fullmatch(text) and article is None else None,
        pin=pincode.parse(text),
        name=typed if len(text) >= _SHORTEST_NAME and not digits and article is None else None,
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

    @property
    def nothing(self) -> bool:
        return not (self.people or self.articles or self.tickets or self.postmen or self.offices)


def find(
    conn: Conn, query: Query, day: date | None, reader: Onlooker, office: int | None = None
) -> Found:
    """Return what `query` finds, which is written down.

    With a `day`, only articles booked, out or finished on it. `office`: the only office that it may
    concern (docs/developing/trust.md rule 11); None: any.
    """
    found = Found(
        _people(conn, query, office),
        _articles(conn, query, day, office),
        _tickets(conn, query, office),
        _postmen(conn, query, office),
        _offices(conn, query, office),
    )
    if query.phone is not None:
        access.look(conn, reader, "found", phone=query.phone)
    elif len(found.articles) == 1:
        access.look(conn, reader, "found", article_id=found.articles[0].id)
    else:
        access.listed(conn, reader, len(found.articles), f"found by {query.last_digits or 'text'}")
    return found


def _people(conn: Conn, query: Query, office: int | None) -> list[FoundPerson]:
    if query.phone is None or not walls.concerns_phone(conn, office, query.phone):
        return []
    with conn.cursor(row_factory=class_row(FoundPerson)) as cursor:
        return cursor.execute(
            "SELECT min(id) AS conversation, whose AS phone, array_agg(machine ORDER BY id) AS"
            " machines FROM conversations WHERE whose = %s GROUP BY whose",
            (query.phone,),
        ).fetchall()


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
                "day": day,
                "most": MOST,
                "office": office,
            },
        ).fetchall()


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
            " OR s.phone = %s) AND s.office_id = coalesce(%s, s.office_id)"
            " ORDER BY s.name LIMIT %s",
            (query.staff_id, query.name, query.phone, office, MOST),
        ).fetchall()


def _offices(conn: Conn, query: Query, office: int | None) -> list[FoundOffice]:
    with conn.cursor(row_factory=class_row(FoundOffice)) as cursor:
        return cursor.execute(
            "SELECT id, name, pin, district FROM offices WHERE (pin = %s"
            " OR alike(name) LIKE alike_prefix(%s)) AND id = coalesce(%s, id)"
            " ORDER BY array_position(ARRAY['head', 'sub', 'branch'], branch_type), name LIMIT %s",
            (query.pin, query.name, office, MOST),
        ).fetchall()
