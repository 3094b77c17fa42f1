"""What waits for somebody, to be shown beside the entries of the bar."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from postal import exceptions, marks
from postal.desk import queue
from postal.people import rights
from postal.people.accounts import Role
from store.database import Conn
from web.running import runtime
from web.staff.rooms import ACTS


def _questions(conn: Conn, office: int | None) -> int:
    return exceptions.waiting(conn, office, runtime().now())


_COUNTED: Final[Mapping[str, Callable[[Conn, int | None], int]]] = {
    "desk.ticket_queue": queue.waiting,
    "desk.fraud": marks.fraud_tickets,
    "office.exceptions_": _questions,
}


def badges(conn: Conn, role: Role, office: int) -> Mapping[str, int]:
    """Return how much waits for `role` at `office`, by the endpoint of the page that shows it.

    Each is counted for those who may open that page, within what they see of it. Its word, for
    people who do not see the number's place, is `badge_` and the endpoint (web/words/*/bar.toml).
    """
    counts: dict[str, int] = {}
    for endpoint, count in _COUNTED.items():
        act = ACTS[endpoint]
        if rights.reach(role, act) is not None:
            counts[endpoint] = count(conn, rights.seen(role, act, office))
    if rights.reach(role, ACTS["office.start"]) == "own":
        counts["office.start"] = marks.grave(conn, office)
    return counts
