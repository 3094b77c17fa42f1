"""An office's mode of OTP delivery: off, pilot or on; under which an article goes out.

What is out keeps the mode under which it went out, whatever its office does meanwhile.
docs/developing/trust.md rule 16
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from psycopg.rows import class_row

from flows.facts import Mode
from postal.people.doer import Doer
from postal.reports.measures import CONDITIONS, MEASURES
from store import feed
from store.database import Conn
from store.refusals import Conflict

OF_ARTICLE: Final = """
    coalesce(
        (SELECT d.mode FROM delivery_items d WHERE d.article_id = a.id ORDER BY d.id DESC LIMIT 1),
        (SELECT home.mode FROM offices home WHERE home.pin = a.recipient_pin
         ORDER BY array_position(ARRAY['head', 'sub', 'branch'], home.branch_type), home.id
         LIMIT 1),
        'on')
"""
"""SQL: the mode of the article `a`; before it goes out, that of the office which delivers it."""


class SameMode(Conflict):
    """The office has that mode already."""

    sentence = "the office has that mode already"
    word = "mode_same"


@dataclass(frozen=True)
class ModeChange:
    """A change to `mode`, as two people signed it. `by` asked, `second` agreed: staff ids."""

    mode: Mode
    by: str
    second: str
    at: datetime


def to_send_out(conn: Conn, office_id: int) -> Mode:
    """Return the mode under which articles go out now; nobody changes it before the commit."""
    row = conn.execute("SELECT mode FROM offices WHERE id = %s FOR SHARE", (office_id,)).fetchone()
    assert row is not None
    mode: Mode = row[0]
    return mode


def change(conn: Conn, office_id: int, mode: Mode, first: Doer, second: str) -> None:
    """Change the mode of what goes out of an office from now on; two people have signed.

    `second`: the staff id of who agreed. Raise `SameMode`. The door writes the access log.
    """
    row = conn.execute(
        "SELECT pin, name, mode FROM offices WHERE id = %s FOR NO KEY UPDATE", (office_id,)
    ).fetchone()
    assert row is not None
    pin, name, before = row
    if before == mode:
        raise SameMode
    conn.execute("UPDATE offices SET mode = %s WHERE id = %s", (mode, office_id))
    who = {"by": first.known_as, "second": second}
    data = {"office": pin, "name": name, "from": before, "to": mode, **who}
    feed.append(conn, "mode_changed", None, first.at, data)


def changes(conn: Conn, office_id: int) -> list[ModeChange]:
    """Return the last changes of an office's mode, the newest first."""
    rows = conn.execute(
        "SELECT r.mode, f.staff_id, d.staff_id, r.decided_at FROM requests r"
        " JOIN staff f ON f.id = r.signed_by JOIN staff d ON d.id = r.decided_by"
        " WHERE r.office_id = %s AND r.mode IS NOT NULL AND r.state = 'agreed'"
        " ORDER BY r.decided_at DESC LIMIT 20",
        (office_id,),
    ).fetchall()
    return [ModeChange(*row) for row in rows]


@dataclass(frozen=True)
class PilotDay:
    """What the pilot of an office measured on a day, in the parts of its report's measure."""

    day: date
    by_code: int
    by_signature: int
    after_wrong: int
    objected: int


def pilot_days(conn: Conn, office_id: int) -> list[PilotDay]:
    """Return the last days on which an office handed articles over in a pilot, the newest first."""
    parts = ", ".join(
        f"count(*) FILTER (WHERE {CONDITIONS[part]}) AS {part}" for part in MEASURES["pilot"].parts
    )
    with conn.cursor(row_factory=class_row(PilotDay)) as cursor:
        return cursor.execute(
            f"SELECT l.date AS day, {parts} FROM delivery_lists l"  # noqa: S608
            " JOIN staff s ON s.id = l.postman_id JOIN delivery_items i ON i.list_id = l.id"
            " JOIN articles a ON a.id = i.article_id WHERE s.office_id = %s AND i.mode = 'pilot'"
            " AND i.proof IS NOT NULL AND a.otp_required GROUP BY l.date"
            " ORDER BY l.date DESC LIMIT 31".encode(),
            (office_id,),
        ).fetchall()


def out(conn: Conn, office_id: int) -> dict[Mode, int]:
    """Return how many articles are out of an office under each mode, where any are."""
    rows = conn.execute(
        "SELECT i.mode, count(*) FROM staff s JOIN delivery_lists l ON l.postman_id = s.id"
        " JOIN delivery_items i ON i.list_id = l.id AND i.state = 'open'"
        " WHERE s.office_id = %s AND s.role = 'postman' GROUP BY i.mode",
        (office_id,),
    ).fetchall()
    return {mode: count for mode, count in rows}
