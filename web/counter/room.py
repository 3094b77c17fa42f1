"""The blueprint of the counter and the decorators that make its routes."""

from __future__ import annotations

from postal.counter import groups
from postal.counter.groups import Group
from store.database import Conn
from web.running import runtime
from web.staff.rooms import Room as _Room
from web.staff.rooms import doer, key, me, office_seen, reader, within

_room = _Room("counter", "/counter")
counter = _room.blueprint
route = _room.route
live_route = _room.live_route


def own_group(conn: Conn, id_: int) -> Group:
    """Return a booking of the user's office; 404 for any other."""
    found = groups.look(conn, id_, reader())
    within(found.office_id)
    return found


__all__ = [
    "counter",
    "doer",
    "key",
    "live_route",
    "me",
    "office_seen",
    "own_group",
    "reader",
    "route",
    "runtime",
    "within",
]
