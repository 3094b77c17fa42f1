"""The blueprint of the desk and the decorators that make its routes."""

from __future__ import annotations

from web.running import runtime
from web.staff.rooms import EVERYONE, HELPERS, JUDGES, csrf, doer, home, key, me, reader
from web.staff.rooms import Room as _Room

_room = _Room("desk", "/desk")
desk = _room.blueprint
route = _room.route
live_route = _room.live_route
open_route = _room.open_route

__all__ = [
    "EVERYONE",
    "HELPERS",
    "JUDGES",
    "csrf",
    "desk",
    "doer",
    "home",
    "key",
    "live_route",
    "me",
    "open_route",
    "reader",
    "route",
    "runtime",
]
