"""The help desk: find, understand, replay, act. Each module adds its routes to `room.desk`."""

from web.desk import (
    account,
    actions,
    entrance,
    figures,
    finding,
    furniture,
    looks,
    masks,
    overview,
    reel,
    sheets,
    sprints,
    talks,
    ticket_pages,
    times,
    window,
)
from web.desk.room import ALLOWED, OPEN, desk, furnish

__all__ = [
    "ALLOWED",
    "OPEN",
    "account",
    "actions",
    "desk",
    "entrance",
    "figures",
    "finding",
    "furnish",
    "furniture",
    "looks",
    "masks",
    "overview",
    "reel",
    "sheets",
    "sprints",
    "talks",
    "ticket_pages",
    "times",
    "window",
]
