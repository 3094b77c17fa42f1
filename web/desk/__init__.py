"""The help desk: find, understand, replay, act. Each module adds its routes to `room.desk`."""

from web.desk import (
    account,
    actions,
    entrance,
    figures,
    finding,
    furniture,
    imagined,
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
from web.desk.room import desk

__all__ = [
    "account",
    "actions",
    "desk",
    "entrance",
    "figures",
    "finding",
    "furniture",
    "imagined",
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
