"""The roles that a telephone number plays, and the language in which it is addressed."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from settings import Language
from store.database import PLANNED_ONCE, Conn
from store.inbound import EARLIER_WAITS, ONE_BY_ONE
from store.together import Awaited, mark


@dataclass(frozen=True)
class PhoneRoles:
    """The machines that may understand a text of this telephone, the most particular first."""

    roles: tuple[str, ...]
    postman_id: int | None


_ROLES = """
       (SELECT id FROM staff WHERE phone = %(phone)s AND active AND role = 'postman'
        AND blocked_at IS NULL),
       EXISTS (SELECT 1 FROM staff WHERE next_phone = %(phone)s AND active),
       EXISTS (SELECT 1 FROM offices WHERE phone = %(phone)s),
       EXISTS (SELECT 1 FROM articles WHERE recipient_phone = %(phone)s)
           OR EXISTS (SELECT 1 FROM nominees WHERE phone = %(phone)s AND ended_at IS NULL)
           OR EXISTS (SELECT 1 FROM moves WHERE from_phone = %(phone)s AND outcome = 'done'),
       EXISTS (SELECT 1 FROM articles WHERE sender_phone = %(phone)s)
"""
_IDENTIFY = f"SELECT {_ROLES}"
# The roles are as they were before the lock: nothing that is decided about a text waits for them.
_IDENTIFY_NEXT = f"SELECT {_ROLES}, {ONE_BY_ONE}, {PLANNED_ONCE}"
# A statement of its own sees what is there after the lock: the one before may have begun to wait.
_WAITS = f"SELECT {EARLIER_WAITS}"


def identify(conn: Conn, phone: str) -> PhoneRoles:
    """Return the roles of `phone` (E.164). An unknown number is a stranger's.

    One that lost an article's code remains a recipient's: it can object.
    """
    return ask_identify(conn, phone).answer()


def ask_identify(conn: Conn, phone: str) -> Awaited[PhoneRoles]:
    """Ask for the roles of `phone` (E.164)."""
    return Awaited(conn.execute(_IDENTIFY, {"phone": phone}).fetchone).then(_roles)


@dataclass(frozen=True)
class NextText:
    """Whose text it is, and whether an earlier one of the telephone still waits for its turn."""

    sender: PhoneRoles
    earlier_waits: bool


def identify_next(conn: Conn, phone: str) -> NextText:
    """Return the roles, and let the texts of the telephone wait for each other from here on.

    What is done from here on can be undone while they still do (`store.together.mark`).
    """
    found = conn.execute(_IDENTIFY_NEXT, {"phone": phone})
    waits = conn.execute(_WAITS, {"phone": phone})
    mark(conn)
    return NextText(_roles(found.fetchone()), waits.fetchone() == (True,))


def _roles(row: tuple[Any, ...] | None) -> PhoneRoles:
    assert row is not None
    postman_id, named, office, recipient, sender = row[:5]
    roles = (
        *(("new_phone",) if named else ()),
        *(("postman",) if postman_id is not None else ()),
        *(("office",) if office else ()),
        *(("recipient",) if recipient else ()),
        *(("sender",) if sender else ()),
    )
    return PhoneRoles(roles or ("stranger",), postman_id)


def relation(conn: Conn, phone: str, number: str) -> str | None:
    """Return what `phone` is to the article `number`: recipient, sender, or nothing (None)."""
    row = conn.execute(
        "SELECT recipient_phone = %(phone)s OR EXISTS (SELECT 1 FROM nominees n"
        " WHERE n.article_id = a.id AND n.phone = %(phone)s AND n.ended_at IS NULL),"
        " sender_phone = %(phone)s FROM articles a WHERE number = %(number)s",
        {"phone": phone, "number": number},
    ).fetchone()
    if row is None:
        return None
    return "recipient" if row[0] else "sender" if row[1] else None


@dataclass(frozen=True)
class Manners:
    """What is stored of a telephone. `opted_out`: it wants no news but what must be."""

    language: Language
    opted_out: bool


def ask_manners(conn: Conn, phones: Collection[str]) -> Awaited[dict[str, Manners]]:
    """Ask for what is stored of each telephone, without unknown ones."""
    cursor = conn.execute(
        "SELECT phone, language, opted_out_at IS NOT NULL FROM phones WHERE phone = ANY(%s)",
        [list(phones)],
    )
    return Awaited(lambda: {row[0]: Manners(*row[1:]) for row in cursor.fetchall()})


def manners(conn: Conn, phones: Collection[str]) -> dict[str, Manners]:
    """Return what is stored of each telephone, without unknown ones."""
    return ask_manners(conn, phones).answer()


def is_staff(conn: Conn, phone: str) -> bool:
    """Tell whether the telephone belongs to a member of staff or to an office."""
    row = conn.execute(
        "SELECT EXISTS (SELECT 1 FROM staff WHERE phone = %(phone)s AND active)"
        " OR EXISTS (SELECT 1 FROM offices WHERE phone = %(phone)s)",
        {"phone": phone},
    ).fetchone()
    assert row is not None
    return bool(row[0])


def languages(conn: Conn, phones: Collection[str]) -> dict[str, Language]:
    """Return the stored language of each telephone, without unknown ones."""
    return {phone: known.language for phone, known in manners(conn, phones).items()}
