"""The delivery office: arrivals, lists, the end of the day. Modules add routes to `room.office`."""

from web.office import slips, start
from web.office.room import office

__all__ = ["office", "slips", "start"]
