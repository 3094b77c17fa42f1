"""The room of the counter; its routes are made with these."""

from __future__ import annotations

from web.staff.rooms import BOOKKEEPERS, CLERKS, JUDGES, key, me, runtime
from web.staff.rooms import Room as _Room

_room = _Room("counter", "/counter")
counter = _room.blueprint
route = _room.route
live_route = _room.live_route

__all__ = [
    "BOOKKEEPERS",
    "CLERKS",
    "JUDGES",
    "counter",
    "key",
    "live_route",
    "me",
    "route",
    "runtime",
]
