"""Tickets: what a person of the help desk must look at, who does, and the outcome."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Final, Literal
from uuid import UUID

from psycopg.rows import class_row

from flows.events import Outcome
from postal import walls
from postal.once import insist_same
from postal.people import access, rights
from postal.people.access import Onlooker
from postal.people.doer import Doer
from store import feed
from store.database import Conn
from store.refusals import Conflict, Unknown

Did = Literal[
    "noted", "took", "put_back", "handed_over", "closed", "reopened", "came_back",
    "helped", "not_helped", "wrote",
]  # fmt: skip
DUE_AFTER: Final[Mapping[int, timedelta]] = MappingProxyType(
    {1: timedelta(hours=1), 2: timedelta(hours=8), 3: timedelta(days=2)}
)
"""By priority, when somebody should have answered."""
UNTOLD: Final = "untold"
"""Of an alarm that reached nobody: two of an office may have agreed on what it is about."""


@dataclass(frozen=True)
class Ticket:
    """One ticket. `conversation`: of who raised it; `staff_id`: the postman it concerns."""

    id: int
    kind: str
    priority: int
    at: datetime
    closed_at: datetime | None
    outcome: Outcome | None
    phone: str | None
    conversation: int | None
    article_id: int | None
    article: str | None
    staff_id: str | None
    assigned_to: str | None  # staff id
    assigned_name: str | None
    said: str | None = None  # the text that opened it; where a person is wanted, the words of days
    before: str | None = None  # words that came from its telephone in the minutes before that
    named: str | None = None  # who raised it, as booked
    office: str | None = None  # where the article lies, or the postman belongs
    pieces_missing: list[int] | None = None  # of its article, when the others were handed over

    @property
    def due_at(self) -> datetime:
        """Return when somebody should have answered."""
        return self.at + DUE_AFTER[self.priority]


@dataclass(frozen=True)
class TicketNote:
    """One step or remark about a ticket. `other`: to whom it was handed over.

    `staff_id` and `name` are empty for what the person himself answered or wrote.
    """

    id: int
    at: datetime
    staff_id: str
    name: str
    did: Did
    said: str
    other: str | None


class UnknownTicket(Unknown):
    """There is no such ticket."""

    sentence = "there is no such ticket"


class TicketChanged(Conflict):
    """Another person was faster: the ticket is settled, or open again."""

    sentence = "somebody was faster: it is settled, or open again"
    word = "ticket_changed"


class TicketMoved(Conflict):
    """Somebody did something with it since the page was shown."""

    word = "ticket_moved"

    def __init__(self, name: str) -> None:
        super().__init__(f"{name} did something with it meanwhile: look once more", about=name)


class TicketTaken(Conflict):
    """A colleague works on it."""

    word = "ticket_taken"

    def __init__(self, name: str) -> None:
        super().__init__(f"{name} works on it", about=name)


class TicketOfOffice(Conflict):
    """Its office had a part in it, so somebody of the help desk or a supervisor closes it."""

    sentence = "its office had a part in it: the help desk or a supervisor closes it"
    word = "ticket_of_office"


@dataclass(frozen=True)
class TicketForm:
    """What a form of a ticket says. `once`: of the form, so that two clicks are one; `seen`: how
    many notes its page showed, so that nobody acts on what is not so any more; None: any.
    """

    said: str
    once: UUID | None = None
    seen: int | None = None


NAMED: Final = """
CASE t.phone WHEN a.recipient_phone THEN nullif(a.recipient_name, '')
     WHEN a.sender_phone THEN nullif(a.sender_name, '') WHEN p.phone THEN p.name
     ELSE nullif(r.recipient_name, '') END
""".strip()
"""Who raised the ticket, as booked, as SQL."""
# A text in words: not one that begins with a figure or an article's number, which is about another
# thing that was understood. Those of the last days tell why somebody wants a person. Any other
# ticket shows the text that opened it (a key in a call or dial has none), and words of the minutes
# before apart: what was a yes then may be a no by now.
_WORDS: Final = "length(m.body) > 3 AND m.body !~* '^[ *#]*([a-z]{2} ?)?[0-9]'"
READ: Final = (
    """
SELECT t.id, t.kind, t.priority, t.at, t.closed_at, t.outcome, t.phone,
       (SELECT min(c.id) FROM conversations c WHERE c.whose = t.phone) AS conversation,
       t.article_id, a.number AS article, p.staff_id, w.staff_id AS assigned_to,
       w.name AS assigned_name,
       (SELECT m.body FROM messages m WHERE m.phone = t.phone AND m.direction = 'in'
        AND (m.at = t.at OR t.kind IN ('person', 'unparsed') AND {words}
          AND m.at BETWEEN t.at - interval '2 days' AND t.at)
        ORDER BY m.at = t.at AND length(m.body) > 3 DESC, {words} DESC, m.at DESC, m.id DESC
        LIMIT 1) AS said,
       (SELECT m.body FROM messages m WHERE m.phone = t.phone AND m.direction = 'in'
        AND t.kind NOT IN ('person', 'unparsed') AND m.at >= t.at - interval '10 minutes'
        AND m.at < t.at AND {words} ORDER BY m.at DESC, m.id DESC LIMIT 1) AS before,
       {named} AS named,
       (SELECT o.name FROM offices o
        WHERE o.id = coalesce((SELECT {lies_at} FROM articles a
                               WHERE a.id = coalesce(t.article_id, r.id)), p.office_id)) AS office,
       CASE t.kind WHEN 'overlooked' THEN a.pieces_missing END AS pieces_missing
FROM tickets t LEFT JOIN articles a ON a.id = t.article_id
LEFT JOIN staff p ON p.id = t.staff_id LEFT JOIN staff w ON w.id = t.assigned_to
LEFT JOIN LATERAL (SELECT x.id, x.recipient_name FROM articles x WHERE x.recipient_phone = t.phone
                   ORDER BY x.updated_at DESC LIMIT 1) r ON t.article_id IS NULL
""".replace("{lies_at}", walls.LIES_AT)
    .replace("{named}", NAMED)
    .replace("{words}", _WORDS)
)
"""Tickets in all that the pages show of them, as SQL; `NAMED` is among it."""


def look(conn: Conn, id_: int, reader: Onlooker) -> Ticket:
    """Return a ticket for somebody to see, which is written down. Raise `UnknownTicket`."""
    found = get(conn, id_)
    about = f"ticket {id_}"
    access.look(conn, reader, "opened", phone=found.phone, article_id=found.article_id, about=about)
    return found


def get(conn: Conn, id_: int) -> Ticket:
    """Return the ticket with that number. Raise `UnknownTicket`."""
    with conn.cursor(row_factory=class_row(Ticket)) as cursor:
        found = cursor.execute(READ + "WHERE t.id = %s", (id_,)).fetchone()
    if found is None:
        raise UnknownTicket
    return found


def notes(conn: Conn, id_: int) -> list[TicketNote]:
    """Return what was done with the ticket, in order."""
    with conn.cursor(row_factory=class_row(TicketNote)) as cursor:
        return cursor.execute(
            "SELECT n.id, n.at, coalesce(s.staff_id, '') AS staff_id, coalesce(s.name, '') AS name,"
            " n.did, n.said, o.name AS other"
            " FROM ticket_notes n LEFT JOIN staff s ON s.id = n.staff_id"
            " LEFT JOIN staff o ON o.id = n.other_id WHERE n.ticket_id = %s ORDER BY n.id",
            (id_,),
        ).fetchall()


def note(conn: Conn, id_: int, form: TicketForm, by: Doer) -> None:
    """Note something worth knowing about the ticket. Raise `UnknownTicket`."""
    _lock(conn, id_)
    if not _is_repeat(conn, id_, form):
        _write(conn, id_, by, _NewNote("noted", form.said, once=form.once))


def take(conn: Conn, id_: int, by: Doer) -> None:
    """Assign the ticket to its caller. Raise `UnknownTicket`, `TicketChanged`, `TicketTaken`."""
    _assign(conn, id_, by.staff_row, by, _NewNote("took"))


def put_back(conn: Conn, id_: int, by: Doer) -> None:
    """Return the ticket to the queue. Raise as `take` does."""
    _assign(conn, id_, None, by, _NewNote("put_back"))


def _assign(conn: Conn, id_: int, to: int | None, by: Doer, note: _NewNote) -> None:
    """Assign the ticket to that member of staff, or nobody; what is so already is no news."""
    _open(conn, id_, by.staff_row)
    moved = conn.execute(
        "UPDATE tickets SET assigned_to = %(to)s WHERE id = %(id)s"
        " AND assigned_to IS DISTINCT FROM %(to)s",
        {"to": to, "id": id_},
    )
    if moved.rowcount:
        _write(conn, id_, by, note)


def hand_over(conn: Conn, to_staff_id: str, said: str, by: Doer) -> list[int]:
    """Hand all open tickets of one person to a colleague, as a shift ends; return their numbers.

    Raise LookupError for a staff id that may not work on them.
    """
    other = conn.execute(
        f"SELECT id FROM staff WHERE staff_id = %(to)s AND {_COLLEAGUES}",  # noqa: S608
        {**_ticket_roles(), "to": to_staff_id, "row": by.staff_row, "office": by.office},
    ).fetchone()
    if other is None:
        raise LookupError(to_staff_id)
    rows = conn.execute(
        "UPDATE tickets SET assigned_to = %s WHERE assigned_to = %s AND closed_at IS NULL"
        " RETURNING id",
        (other[0], by.staff_row),
    ).fetchall()
    for (id_,) in rows:
        _write(conn, id_, by, _NewNote("handed_over", said, other[0]))
    return sorted(id_ for (id_,) in rows)


def close(
    conn: Conn, id_: int, outcome: Outcome, form: TicketForm, by: Doer
) -> tuple[Ticket, bool]:
    """Close the ticket; True: this call did it, tell the person in the same transaction.

    Raise as `take` does, `TicketMoved`, and `TicketOfOffice`.
    """
    _lock(conn, id_)
    if _is_repeat(conn, id_, form):
        return get(conn, id_), False
    _open(conn, id_, by.staff_row)
    _insist_seen(conn, id_, form)
    of_office = {role for role, reach in rights.RIGHTS["tickets"].who.items() if reach == "own"}
    if by.role in of_office and _had_a_part(get(conn, id_)):
        raise TicketOfOffice
    conn.execute(
        "UPDATE tickets SET closed_at = %s, outcome = %s, assigned_to = %s WHERE id = %s",
        (by.at, outcome, by.staff_row, id_),
    )
    _write(conn, id_, by, _NewNote("closed", form.said, once=form.once))
    ticket = get(conn, id_)
    feed.append(
        conn,
        "ticket_closed",
        ticket.article_id,
        by.at,
        {"ticket": id_, "about": ticket.kind, "outcome": outcome},
    )
    return ticket, True


def _had_a_part(ticket: Ticket) -> bool:
    """Tell whether it is about what an office agreed to, or that nobody was told of.

    A ticket `exception` without an article says that an office agreed too often: it is its own.
    """
    agreed = ticket.kind == "exception" and ticket.article_id is not None
    return agreed or ticket.kind == UNTOLD


def reopen(conn: Conn, id_: int, form: TicketForm, by: Doer) -> None:
    """Open a ticket again that was not settled after all.

    Raise `UnknownTicket`, and `TicketChanged` where it is open, or another of its kind is.
    """
    _lock(conn, id_)
    if _is_repeat(conn, id_, form):
        return
    done = conn.execute(
        "UPDATE tickets t SET closed_at = NULL, outcome = NULL, assigned_to = %s WHERE id = %s"
        " AND closed_at IS NOT NULL AND NOT EXISTS (SELECT FROM tickets o WHERE o.kind = t.kind"
        " AND o.article_id IS NOT DISTINCT FROM t.article_id"
        " AND o.phone IS NOT DISTINCT FROM t.phone AND o.closed_at IS NULL)",
        (by.staff_row, id_),
    )
    if done.rowcount != 1:
        raise TicketChanged
    _write(conn, id_, by, _NewNote("reopened", form.said, once=form.once))


def colleagues(conn: Conn, by: Doer) -> list[tuple[str, str]]:
    """Return staff id and name of everybody else who may work on the tickets of `by`."""
    return conn.execute(
        f"SELECT staff_id, name FROM staff WHERE {_COLLEAGUES} ORDER BY name",  # noqa: S608
        {**_ticket_roles(), "row": by.staff_row, "office": by.office},
    ).fetchall()


# Whoever sees tickets of every office, and who sees those of this one.
_COLLEAGUES = (
    "active AND password_hash IS NOT NULL AND id <> %(row)s AND (role = ANY(%(everywhere)s)"
    " OR (role = ANY(%(here)s) AND office_id = %(office)s))"
)


def _ticket_roles() -> dict[str, list[str]]:
    who = rights.RIGHTS["tickets"].who
    return {
        "everywhere": [role for role, reach in who.items() if reach == "district"],
        "here": [role for role, reach in who.items() if reach == "own"],
    }


def _lock(conn: Conn, id_: int) -> tuple[datetime | None, int | None]:
    row = conn.execute(
        "SELECT closed_at, assigned_to FROM tickets WHERE id = %s FOR UPDATE", (id_,)
    ).fetchone()
    if row is None:
        raise UnknownTicket
    return row[0], row[1]


def _open(conn: Conn, id_: int, staff_row: int | None) -> None:
    closed_at, assigned_to = _lock(conn, id_)
    if closed_at is not None:
        raise TicketChanged
    if assigned_to not in (None, staff_row):
        name = conn.execute("SELECT name FROM staff WHERE id = %s", (assigned_to,)).fetchone()
        raise TicketTaken(name[0] if name else "")


@dataclass(frozen=True)
class _NewNote:
    """A note to be written. `other`: the row of the colleague who has the ticket now."""

    did: Did
    said: str = ""
    other: int | None = None
    once: UUID | None = None


def _is_repeat(conn: Conn, id_: int, form: TicketForm) -> bool:
    """Tell whether this very form came before. Raise `OtherForm` where it said something else."""
    if form.once is None:
        return False
    row = conn.execute(
        "SELECT ticket_id, said FROM ticket_notes WHERE once = %s", (form.once,)
    ).fetchone()
    if row is None:
        return False
    insist_same((row[0], id_), (row[1], form.said))
    return True


def _insist_seen(conn: Conn, id_: int, form: TicketForm) -> None:
    done = notes(conn, id_)
    if form.seen is not None and form.seen < len(done):
        raise TicketMoved(done[-1].name)


def _write(conn: Conn, id_: int, by: Doer, new: _NewNote) -> None:
    conn.execute(
        "INSERT INTO ticket_notes (ticket_id, staff_id, at, did, said, other_id, once)"
        " VALUES (%s, %s, %s, %s, %s, %s, %s)",
        (id_, by.staff_row, by.at, new.did, new.said, new.other, new.once),
    )
