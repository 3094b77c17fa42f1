"""The delivery office: arrivals, lists, the end of the day. Modules add routes to `room.office`."""

from web.office import import_view, imports, start
from web.office.room import office

__all__ = ["import_view", "imports", "office", "start"]
