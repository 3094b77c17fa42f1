"""Sign-ins as people recognise them: when, where, in which browser; and ending them from elsewhere.

A browser whose sign-in is ended like that counts as a strange one again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from psycopg.rows import class_row

from postal.people import notices
from postal.people.sign_ins import IDLE, LONGEST, SignIn
from store.database import Conn
from store.refusals import Unknown


@dataclass(frozen=True)
class OpenedSignIn:
    """A sign-in that had both factors. `open`: it could still be used; `ended_by`: whom else."""

    id: int
    staff_id: str
    staff_name: str
    at: datetime
    seen_at: datetime
    network: str | None
    program: str | None
    system: str | None
    open: bool
    ended_by: str | None


class UnknownSignIn(Unknown):
    """No open sign-in that this person may end has this id."""

    sentence = "this sign-in is over already"


_OPENED: Final = """
SELECT i.id, s.staff_id, s.name AS staff_name, i.at, i.seen_at, i.network::text, i.program,
       i.system, i.ended_at IS NULL AND i.seen_at >= %(idle)s AND i.at >= %(oldest)s
           AND s.active AS open, b.name AS ended_by
FROM sign_ins i JOIN staff s ON s.id = i.staff_id LEFT JOIN staff b ON b.id = i.ended_by
WHERE i.proved_at IS NOT NULL
"""
_OF_ONE: Final = _OPENED + "AND i.staff_id = %(staff)s ORDER BY i.id DESC LIMIT %(most)s"
_OPEN_ONES: Final = _OPENED + (
    "AND i.ended_at IS NULL AND i.seen_at >= %(idle)s AND i.at >= %(oldest)s AND s.active"
    " ORDER BY i.id DESC LIMIT %(most)s"
)


def of(conn: Conn, staff_row: int, now: datetime, most: int) -> list[OpenedSignIn]:
    """Return the newest sign-ins of one account, those that are over too."""
    return _read(conn, _OF_ONE, now, {"staff": staff_row, "most": most})


def open_ones(conn: Conn, now: datetime, most: int) -> list[OpenedSignIn]:
    """Return the newest open sign-ins of all accounts."""
    return _read(conn, _OPEN_ONES, now, {"most": most})


def end_own(conn: Conn, mine: SignIn, id_: int, now: datetime) -> None:
    """End another sign-in of the same person. Raise `UnknownSignIn`: over, another's, or `mine`."""
    found = conn.execute(
        "SELECT id FROM sign_ins WHERE id = %s AND staff_id = %s AND id <> %s",
        (id_, mine.account.id, mine.id),
    ).fetchall()
    if not _end(conn, [row[0] for row in found], None, now):
        raise UnknownSignIn


def end_others(conn: Conn, mine: SignIn, now: datetime) -> int:
    """End all other sign-ins of the same person; return how many were not over yet."""
    others = conn.execute(
        "SELECT id FROM sign_ins WHERE staff_id = %s AND id <> %s AND ended_at IS NULL",
        (mine.account.id, mine.id),
    ).fetchall()
    return _end(conn, [row[0] for row in others], None, now)


def end_for(conn: Conn, by: SignIn, id_: int, now: datetime) -> str:
    """End the sign-in of another person, who is told; return whose it was, by staff id.

    Raise `UnknownSignIn` where it is over, or is one's own.
    """
    whose = conn.execute(
        "SELECT s.id, s.staff_id FROM sign_ins i JOIN staff s ON s.id = i.staff_id"
        " WHERE i.id = %s AND s.id <> %s",
        (id_, by.account.id),
    ).fetchone()
    if whose is None or not _end(conn, [id_], by.account.id, now):
        raise UnknownSignIn
    notices.note(conn, whose[0], "ended", now, by=by.account.id)
    return str(whose[1])


def _read(conn: Conn, query: str, now: datetime, values: dict[str, Any]) -> list[OpenedSignIn]:
    with conn.cursor(row_factory=class_row(OpenedSignIn)) as cursor:
        ages = {"idle": now - IDLE, "oldest": now - LONGEST}
        return cursor.execute(query.encode(), {**values, **ages}).fetchall()


def _end(conn: Conn, ids: Sequence[int], by: int | None, now: datetime) -> int:
    """End these sign-ins and forget their browsers, but none that another open one is in."""
    ended = conn.execute(
        "UPDATE sign_ins SET ended_at = %s, ended_by = %s WHERE id = ANY(%s) AND ended_at IS NULL"
        " RETURNING browser_id",
        (now, by, list(ids)),
    ).fetchall()
    conn.execute(
        "DELETE FROM browsers b WHERE id = ANY(%s) AND NOT EXISTS"
        " (SELECT FROM sign_ins i WHERE i.browser_id = b.id AND i.ended_at IS NULL)",
        ([browser for (browser,) in ended],),
    )
    return len(ended)
