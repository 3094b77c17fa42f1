""" "Did that help?": which closed tickets are asked about, when, and why one is not.

docs/developing/trust.md, "Did that help?", has the reasons. The conversation is flows/helped.py.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal

from flows.events import Outcome
from india.calendar import awake_after
from postal.desk.tickets import Ticket
from postal.people import roles
from store.database import Conn

ASKED_AGAIN_AFTER: Final = timedelta(days=4)
"""A telephone is asked at most once in this time, about whatever ticket."""
FRAUD_AFTER: Final = timedelta(days=2)
"""Whoever has just reported fraud is not asked anything that a thief could have sent."""
GIVE_UP_AFTER: Final = timedelta(days=2)
BUSY_FOR: Final = timedelta(hours=1)
NOT_ASKED: Final[tuple[Outcome, ...]] = ("unreached", "nothing_to_do")
"""Outcomes after which nobody can say whether they helped."""

# phone: nobody raised it by telephone · staff: an office or a postman did · fraud: just reported ·
# lately: the telephone was asked in the last days · stopped: it wants no news
WhyNotAsked = Literal["phone", "staff", "fraud", "lately", "stopped"]


@dataclass(frozen=True)
class DueQuestion:
    """A question that may be asked now."""

    id: int
    ticket: int
    phone: str


def why_not(conn: Conn, ticket: Ticket, now: datetime) -> WhyNotAsked | None:
    """Return why the person of `ticket` is not asked; None: he is, if the agent wants it."""
    if ticket.phone is None:
        return "phone"
    if roles.is_staff(conn, ticket.phone):
        return "staff"
    if ticket.kind in ("fraud", "herd") and now - ticket.at < FRAUD_AFTER:
        return "fraud"
    known = roles.manners(conn, [ticket.phone]).get(ticket.phone)
    if known is not None and known.opted_out:
        return "stopped"
    return "lately" if _was_asked(conn, ticket.phone, now) else None


def _was_asked(conn: Conn, phone: str, now: datetime) -> bool:
    """Tell whether the telephone was asked lately, or is going to be."""
    row = conn.execute(
        "SELECT FROM ticket_questions q JOIN tickets t ON t.id = q.ticket_id"
        " WHERE t.phone = %s AND q.dropped_at IS NULL AND coalesce(q.asked_at, q.due_at) > %s"
        " LIMIT 1",
        (phone, now - ASKED_AGAIN_AFTER),
    ).fetchone()
    return row is not None


def plan(conn: Conn, ticket: Ticket, outcome: Outcome, now: datetime) -> bool:
    """Note that the person of a ticket just closed is to be asked; return whether he is."""
    if outcome in NOT_ASKED or ticket.phone is None:
        return False
    # Two agents who close two tickets of one person plan one question.
    conn.execute(
        "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"question:{ticket.phone}"]
    )
    if why_not(conn, ticket, now) is not None:
        return False
    due_at = when(now)
    conn.execute(
        "INSERT INTO ticket_questions (ticket_id, due_at, give_up_at) VALUES (%s, %s, %s)",
        (ticket.id, due_at, due_at + GIVE_UP_AFTER),
    )
    return True


def when(now: datetime) -> datetime:
    """Return when it is asked: now, or at night in the morning."""
    return awake_after(now, timedelta())


def due(conn: Conn, now: datetime, most: int) -> list[int]:
    """Return the ids of the questions that may be asked now, oldest first."""
    rows = conn.execute(
        "SELECT id FROM ticket_questions WHERE asked_at IS NULL AND dropped_at IS NULL"
        " AND due_at <= %s ORDER BY due_at LIMIT %s",
        (now, most),
    ).fetchall()
    return [id_ for (id_,) in rows]


def lock(conn: Conn, id_: int, now: datetime) -> DueQuestion | None:
    """Lock a question that is due; None: another worker has it or put it off, or it is dropped.

    It is dropped where it is too late, or its ticket is open again or has no telephone any more.
    """
    row = conn.execute(
        "SELECT q.ticket_id, t.phone, t.closed_at IS NOT NULL AND q.give_up_at > %s"
        " FROM ticket_questions q JOIN tickets t ON t.id = q.ticket_id WHERE q.id = %s"
        " AND q.asked_at IS NULL AND q.dropped_at IS NULL AND q.due_at <= %s"
        " FOR UPDATE OF q SKIP LOCKED",
        (now, id_, now),
    ).fetchone()
    if row is None:
        return None
    ticket, phone, still = row
    if phone is None or not still or roles.is_staff(conn, phone):
        conn.execute("UPDATE ticket_questions SET dropped_at = %s WHERE id = %s", (now, id_))
        return None
    return DueQuestion(id_, ticket, phone)


def asked(conn: Conn, question: DueQuestion, now: datetime) -> None:
    """Note that it was asked."""
    conn.execute("UPDATE ticket_questions SET asked_at = %s WHERE id = %s", (now, question.id))


def put_off(conn: Conn, id_: int, now: datetime) -> None:
    """Ask later: the telephone waits for something of its post."""
    due_at = awake_after(now, BUSY_FOR)
    conn.execute(
        "UPDATE ticket_questions SET due_at = least(%s, give_up_at - interval '1 second')"
        " WHERE id = %s",
        (due_at, id_),
    )


def open_of_its_kind(conn: Conn, ticket: int) -> int:
    """Return the number of the ticket, or of another of its kind and person, if open; 0: none."""
    row = conn.execute(
        "SELECT o.id FROM tickets t JOIN tickets o ON o.kind = t.kind"
        " AND o.article_id IS NOT DISTINCT FROM t.article_id AND o.phone = t.phone"
        " WHERE t.id = %s AND o.closed_at IS NULL LIMIT 1",
        (ticket,),
    ).fetchone()
    return int(row[0]) if row else 0
