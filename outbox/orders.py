"""Operators' orders on carriers: rest one, prefer one, until the order is lifted.

Orders are kept in PostgreSQL, so that they survive a flushed Valkey and a restart. The caller
writes the access log.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

from psycopg.rows import class_row

from outbox.circuit import Cause, State
from postal.people.doer import Doer
from store import feed
from store.database import Conn
from store.refusals import Conflict

Did = Literal["rest", "prefer", "lift"]


class NothingToLift(Conflict):
    """There is no order for the carrier to lift: somebody else has lifted it."""

    sentence = "nothing is ordered of this carrier any more"
    word = "carrier_nothing_ordered"


@dataclass(frozen=True)
class Board:
    """A carrier as the desk shows it: its circuit and why, who ordered what of it, and why."""

    name: str
    state: State
    cause: Cause | None
    bad: int
    seen: int
    changed_at: datetime
    open_until: datetime | None
    ordered: Literal["rest", "prefer"] | None
    ordered_at: datetime | None
    ordered_by: str | None  # name and staff id
    order_reason: str | None


_BOARD: Final = """
    SELECT c.name, c.state, c.cause, c.bad, c.seen, c.changed_at, c.open_until, c.ordered,
           c.ordered_at, s.name || ' (' || s.staff_id || ')' AS ordered_by, c.order_reason
    FROM carriers c LEFT JOIN staff s ON s.id = c.ordered_by WHERE c.name = ANY(%s) ORDER BY c.name
"""


def board(conn: Conn, names: tuple[str, ...], now: datetime) -> list[Board]:
    """Return all of `names`; a carrier that no worker has used yet counts as in use."""
    with conn.cursor(row_factory=class_row(Board)) as cursor:
        found = {each.name: each for each in cursor.execute(_BOARD, (list(names),)).fetchall()}
    unused = Board("", "closed", None, 0, 0, now, None, None, None, None, None)
    return [found.get(name) or Board(**{**vars(unused), "name": name}) for name in names]


def order(conn: Conn, name: str, did: Did, reason: str, by: Doer) -> None:
    """Rest or prefer the carrier `name`, or lift the order on it, and record why in the feed.

    At most one carrier of texts is preferred, and one of calls: preferring one lifts the order
    before. `reason` holds no telephone number. Raises `NothingToLift`.
    """
    conn.execute(
        "INSERT INTO carriers (name, changed_at) VALUES (%s, %s) ON CONFLICT DO NOTHING",
        (name, by.at),
    )
    # All rows, in one order: two operators who prefer different carriers do not deadlock.
    conn.execute("SELECT FROM carriers ORDER BY name FOR UPDATE")
    if did == "lift":
        done = conn.execute(
            "UPDATE carriers SET ordered = NULL, ordered_at = NULL, ordered_by = NULL,"
            " order_reason = NULL WHERE name = %s AND ordered IS NOT NULL",
            (name,),
        )
        if not done.rowcount:
            raise NothingToLift
        feed.append(conn, "carrier_order_lifted", None, by.at, {"carrier": name, "reason": reason})
        return
    if did == "prefer":
        conn.execute(
            "UPDATE carriers SET ordered = NULL, ordered_at = NULL, ordered_by = NULL,"
            " order_reason = NULL WHERE ordered = 'prefer' AND name <> %s"
            # Names of carriers of calls end alike (gateways/base.py).
            " AND (right(name, 6) = '_voice') = (right(%s, 6) = '_voice')",
            (name, name),
        )
    conn.execute(
        "UPDATE carriers SET ordered = %s, ordered_at = %s, ordered_by = %s, order_reason = %s"
        " WHERE name = %s",
        (did, by.at, by.staff_row, reason, name),
    )
    if did == "rest":
        feed.append(conn, "carrier_rested", None, by.at, {"carrier": name, "reason": reason})
    else:
        feed.append(conn, "carrier_preferred", None, by.at, {"carrier": name, "reason": reason})
