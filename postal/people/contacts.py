"""The person of a telephone and the people around an article, as the help desk sees them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from psycopg.rows import class_row

from postal import walls
from postal.people import access
from postal.people.access import Onlooker
from store.database import Conn

_MOST_ARTICLES = 12


@dataclass(frozen=True)
class OwnArticle:
    """An article of a person, and that person's part in it: recipient, sender or nominee."""

    id: int
    number: str
    state: str
    part: str
    updated_at: datetime


@dataclass(frozen=True)
class Contact:
    """The person of a telephone. `names`: what the books call them, in whatever role."""

    conversation: int
    phone: str
    machines: list[str]
    language: str | None
    opted_out_at: datetime | None
    names: list[str]
    staff_id: str | None
    articles: list[OwnArticle]


@dataclass(frozen=True)
class Party:
    """A person around an article. `conversation`: the id of theirs, if they ever had one."""

    part: str
    name: str
    phone: str | None
    conversation: int | None


_PERSON = """
SELECT (SELECT array_agg(machine ORDER BY id) FROM conversations WHERE whose = %(phone)s),
       p.language, p.opted_out_at,
       (SELECT coalesce(array_agg(DISTINCT name), '{}') FROM (
            SELECT name FROM staff WHERE phone = %(phone)s AND active
            UNION SELECT name FROM offices WHERE phone = %(phone)s
            UNION (SELECT recipient_name FROM articles WHERE recipient_phone = %(phone)s
                   ORDER BY id DESC LIMIT 20)
            UNION (SELECT sender_name FROM articles WHERE sender_phone = %(phone)s
                   ORDER BY id DESC LIMIT 20)) AS named),
       (SELECT staff_id FROM staff WHERE phone = %(phone)s AND active
        ORDER BY role = 'postman' DESC, id LIMIT 1)
FROM (SELECT 1) AS one LEFT JOIN phones p ON p.phone = %(phone)s
"""
_ARTICLES = """
SELECT id, number, state, part, updated_at FROM (
    (SELECT id, number, state, 'recipient' AS part, updated_at FROM articles
     WHERE recipient_phone = %(phone)s ORDER BY updated_at DESC LIMIT %(most)s)
    UNION ALL
    (SELECT a.id, a.number, a.state, 'nominee', a.updated_at FROM nominees n
     JOIN articles a ON a.id = n.article_id WHERE n.phone = %(phone)s AND n.ended_at IS NULL
     ORDER BY a.id DESC LIMIT %(most)s)
    UNION ALL
    (SELECT id, number, state, 'sender', updated_at FROM articles
     WHERE sender_phone = %(phone)s ORDER BY id DESC LIMIT %(most)s)) AS found
ORDER BY updated_at DESC, id DESC LIMIT %(most)s
"""


def get(conn: Conn, conversation: int, reader: Onlooker) -> Contact | None:
    """Return the person of the conversation with that id; None for an article's own or none.

    That somebody looks is written down.
    """
    found = _get(conn, conversation)
    if found is not None:
        access.look(conn, reader, "opened", phone=found.phone)
    return found


def reveal(conn: Conn, conversation: int, reader: Onlooker, said: str) -> Contact | None:
    """Return the same where the whole number is to be shown: that and the reason are written."""
    found = _get(conn, conversation)
    if found is not None:
        access.look(conn, reader, "revealed", phone=found.phone, about=said)
    return found


def _get(conn: Conn, conversation: int) -> Contact | None:
    row = conn.execute(
        "SELECT whose FROM conversations WHERE id = %s AND whose LIKE '+%%'", (conversation,)
    ).fetchone()
    if row is None:
        return None
    phone = row[0]
    known = conn.execute(_PERSON, {"phone": phone}).fetchone()
    assert known is not None
    with conn.cursor(row_factory=class_row(OwnArticle)) as cursor:
        articles = cursor.execute(_ARTICLES, {"phone": phone, "most": _MOST_ARTICLES}).fetchall()
    machines, language, opted_out_at, names, staff_id = known
    return Contact(conversation, phone, machines, language, opted_out_at, names, staff_id, articles)


def within(conn: Conn, person: Contact, office: int | None) -> Contact:
    """Return the person with those articles alone that concern the office; None: all."""
    if office is None:
        return person
    seen = [each for each in person.articles if walls.concerns_article(conn, office, each.id)]
    return replace(person, articles=seen)


def of_article(conn: Conn, article_id: int, reader: Onlooker) -> list[Party]:
    """Return the people of an article: recipient, nominee, sender, postman, office."""
    access.look(conn, reader, "opened", article_id=article_id)
    with conn.cursor(row_factory=class_row(Party)) as cursor:
        return cursor.execute(
            """
            SELECT part, name, phone, (SELECT min(c.id) FROM conversations c
                                       WHERE c.whose = around.phone) AS conversation
            FROM (SELECT 1 AS rank, 'recipient' AS part, recipient_name AS name,
                         recipient_phone AS phone FROM articles WHERE id = %(id)s
                  UNION ALL
                  SELECT 2, 'nominee', '', phone FROM nominees
                  WHERE article_id = %(id)s AND ended_at IS NULL
                  UNION ALL
                  SELECT 3, 'sender', sender_name, sender_phone FROM articles WHERE id = %(id)s
                  UNION ALL
                  (SELECT 4, 'postman', s.name, s.phone FROM delivery_items i
                   JOIN delivery_lists l ON l.id = i.list_id JOIN staff s ON s.id = l.postman_id
                   WHERE i.article_id = %(id)s ORDER BY i.id DESC LIMIT 1)) AS around
            ORDER BY rank
            """,
            {"id": article_id},
        ).fetchall()


def office_phone(conn: Conn, staff_id: str) -> str | None:
    """Return the telephone of the office of a member of staff, if it has one."""
    row = conn.execute(
        "SELECT o.phone FROM staff s JOIN offices o ON o.id = s.office_id WHERE s.staff_id = %s",
        (staff_id,),
    ).fetchone()
    return row[0] if row else None


def postmans_phone(conn: Conn, staff_id: str) -> str | None:
    """Return the telephone that works for an active postman, if one does."""
    row = conn.execute(
        "SELECT phone FROM staff WHERE staff_id = %s AND role = 'postman' AND active"
        " AND blocked_at IS NULL",
        (staff_id,),
    ).fetchone()
    return row[0] if row else None


def postman_row(conn: Conn, staff_id: str) -> int | None:
    """Return the row of the active postman with this staff id, if there is one."""
    row = conn.execute(
        "SELECT id FROM staff WHERE staff_id = %s AND role = 'postman' AND active", (staff_id,)
    ).fetchone()
    return row[0] if row else None
