"""The blueprint of the delivery office and the decorators that make its routes."""

from __future__ import annotations

from flask import abort

from postal.office import returning
from postal.office.returning import ListHead
from store.database import Conn
from web.running import runtime
from web.staff.rooms import CLERKS, JUDGES, doer, key, me, reader
from web.staff.rooms import Room as _Room

_room = _Room("office", "/office")
office = _room.blueprint
route = _room.route
live_route = _room.live_route


def own_list(conn: Conn, list_id: int) -> ListHead:
    """Return a delivery list of the user's office; 404 for any other."""
    head = returning.head(conn, list_id)
    if head.office_id != me().account.office_id:
        abort(404)
    return head


__all__ = [
    "CLERKS",
    "JUDGES",
    "doer",
    "key",
    "live_route",
    "me",
    "office",
    "own_list",
    "reader",
    "route",
    "runtime",
]
