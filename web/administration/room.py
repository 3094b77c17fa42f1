"""The blueprint of the administration and the decorator that makes its routes."""

from __future__ import annotations

from web.running import runtime
from web.staff.rooms import Room as _Room
from web.staff.rooms import doer, me, office_seen, reader, within

_room = _Room("administration", "/administration")
administration = _room.blueprint
route = _room.route

__all__ = [
    "administration",
    "doer",
    "me",
    "office_seen",
    "reader",
    "route",
    "runtime",
    "within",
]
