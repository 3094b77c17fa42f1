"""What waits for somebody, to be shown beside the entries of the bar."""

from __future__ import annotations

from collections.abc import Mapping

from postal import marks
from postal.desk import queue
from postal.people import rights
from postal.people.accounts import Role
from web.running import runtime
from web.staff.rooms import ACTS


def badges(role: Role, office: int) -> Mapping[str, int]:
    """Return how much waits for `role` at `office`, by the endpoint of the page that shows it.

    Each is counted for those who may open that page, within what they see of it. Its word, for
    people who do not see the number's place, is `badge_` and the endpoint (web/words/*/bar.toml).
    """
    counts: dict[str, int] = {}
    act = ACTS["desk.ticket_queue"]
    if rights.reach(role, act) is not None:
        seen = rights.seen(role, act, office)
        with runtime().database.transaction() as conn:
            counts["desk.ticket_queue"] = queue.waiting(conn, seen)
    act = ACTS["desk.fraud"]
    if rights.reach(role, act) is not None:
        seen = rights.seen(role, act, office)
        with runtime().database.transaction() as conn:
            counts["desk.fraud"] = marks.fraud_tickets(conn, seen)
    if rights.reach(role, ACTS["office.start"]) == "own":
        with runtime().database.transaction() as conn:
            counts["office.start"] = marks.grave(conn, office)
    return counts
