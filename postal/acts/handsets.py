"""Postmen's telephones: which one speaks for whom, a new one, and a lost one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import psycopg

from flows.acts.phone import TakePhone
from postal.acts import beats
from postal.acts.books import Books, writes
from postal.lists import UnknownPostman
from postal.people.people import PhoneTaken
from store import feed
from store.database import Conn


@dataclass(frozen=True)
class Named:
    """The postman for whom the office named a telephone. `old_phone`: None when blocked."""

    id: int
    staff_id: str
    old_phone: str | None


def name_phone(conn: Conn, staff_id: str, phone: str, now: datetime) -> None:
    """Name `phone` (E.164) as the new one of a postman; only his PIN makes it his.

    Raise `UnknownPostman`, and `PhoneTaken` where it is, or is to be, another's.
    """
    postman_id = _lock(conn, staff_id)
    taken = conn.execute(
        "SELECT 1 FROM staff WHERE active AND id <> %s AND (phone = %s OR next_phone = %s)",
        [postman_id, phone, phone],
    ).fetchone()
    if taken is not None:
        raise PhoneTaken(phone)
    try:
        with conn.transaction():
            conn.execute("UPDATE staff SET next_phone = %s WHERE id = %s", [phone, postman_id])
    except psycopg.errors.UniqueViolation as raced:
        raise PhoneTaken(phone) from raced
    feed.append(conn, "phone_named", None, now, {"postman": staff_id})


def block(conn: Conn, staff_id: str, now: datetime) -> int:
    """Block the telephone of a postman at once and return how many codes died.

    It is a stranger's until a PIN says otherwise: the codes that only it could submit die. Raise
    `UnknownPostman`.
    """
    postman_id = _lock(conn, staff_id)
    conn.execute(
        "UPDATE staff SET blocked_at = coalesce(blocked_at, %s), next_phone = NULL WHERE id = %s",
        [now, postman_id],
    )
    beats.end_offers(conn, postman_id, now)
    # The postman's row first, then the articles in the order of their ids, as everywhere.
    articles = [
        row[0]
        for row in conn.execute(
            "SELECT a.id FROM articles a WHERE a.id IN (SELECT article_id FROM codes"
            " WHERE postman_id = %s AND used_at IS NULL AND dead_at IS NULL)"
            " ORDER BY a.id FOR UPDATE",
            [postman_id],
        ).fetchall()
    ]
    killed = conn.execute(
        "UPDATE codes SET dead_at = %s, dead_reason = 'blocked' WHERE article_id = ANY(%s)"
        " AND postman_id = %s AND used_at IS NULL AND dead_at IS NULL RETURNING article_id",
        [now, articles, postman_id],
    ).fetchall()
    events = [feed.NewEvent("phone_blocked", None, now, {"postman": staff_id})]
    events += [feed.NewEvent("code_killed", id_, now, {"reason": "blocked"}) for (id_,) in killed]
    feed.append_many(conn, events)
    return len(killed)


def named(conn: Conn, phone: str) -> Named | None:
    """Return the postman for whom the office named `phone`; his row is locked."""
    row = conn.execute(
        "SELECT id, staff_id, CASE WHEN blocked_at IS NULL AND phone <> next_phone THEN phone END"
        " FROM staff WHERE next_phone = %s AND active FOR NO KEY UPDATE",
        [phone],
    ).fetchone()
    return Named(*row) if row else None


@writes(TakePhone)
def take_phone(books: Books, act: TakePhone, whose: str) -> None:
    moved = books.conn.execute(
        "UPDATE staff SET phone = next_phone, next_phone = NULL, blocked_at = NULL"
        " WHERE next_phone = %s AND active RETURNING staff_id, id",
        [whose],
    )
    books.row(moved, "the telephone named")
    row = moved.fetchone()
    if row is not None:
        feed.append(books.conn, "phone_moved", None, books.now, {"postman": row[0]})
        beats.end_offers(books.conn, row[1], books.now)


def _lock(conn: Conn, staff_id: str) -> int:
    row = conn.execute(
        "SELECT id FROM staff WHERE staff_id = %s AND role = 'postman' AND active"
        " FOR NO KEY UPDATE",
        [staff_id],
    ).fetchone()
    if row is None:
        raise UnknownPostman(staff_id)
    return int(row[0])
