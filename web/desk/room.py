"""The blueprint of the desk and the decorators that make its routes."""

from __future__ import annotations

from web.running import runtime
from web.staff.rooms import Room as _Room
from web.staff.rooms import csrf, doer, home, key, me, office_seen, reader, within

_room = _Room("desk", "/desk")
desk = _room.blueprint
route = _room.route
live_route = _room.live_route
open_route = _room.open_route

__all__ = [
    "csrf",
    "desk",
    "doer",
    "home",
    "key",
    "live_route",
    "me",
    "office_seen",
    "open_route",
    "reader",
    "route",
    "runtime",
    "within",
]
