"""The room of the delivery office; its routes are made with these."""

from __future__ import annotations

from postal.office.doer import Doer
from web.staff.rooms import CLERKS, JUDGES, key, me, runtime
from web.staff.rooms import Room as _Room

_room = _Room("office", "/office")
office = _room.blueprint
route = _room.route
live_route = _room.live_route


def doer() -> Doer:
    """Who is signed in, as the books name who did it."""
    return Doer(me().account.id, None, me().account.staff_id)


__all__ = ["CLERKS", "JUDGES", "doer", "key", "live_route", "me", "office", "route", "runtime"]
