"""The blueprint of the delivery office and the decorators that make its routes."""

from __future__ import annotations

from postal.office import returning
from postal.office.returning import ListHead
from store.database import Conn
from web.running import runtime
from web.staff.rooms import Room as _Room
from web.staff.rooms import doer, key, me, office_seen, reader, within

_room = _Room("office", "/office")
office = _room.blueprint
route = _room.route
live_route = _room.live_route


def own_list(conn: Conn, list_id: int) -> ListHead:
    """Return a delivery list of the user's office; 404 for any other."""
    head = returning.head(conn, list_id)
    within(head.office_id)
    return head


__all__ = [
    "doer",
    "key",
    "live_route",
    "me",
    "office",
    "office_seen",
    "own_list",
    "reader",
    "route",
    "runtime",
    "within",
]
