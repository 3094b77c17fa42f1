"""The help desk: find, understand, replay, act. Each module adds its routes to `room.desk`."""

from web.desk import (
    account,
    actions,
    carriers,
    entrance,
    figures,
    finding,
    furniture,
    imagined,
    looks,
    masks,
    overview,
    reel,
    registered,
    sheets,
    sprints,
    talks,
    ticket_pages,
    webhook_board,
    window,
)
from web.desk.room import desk
from web.staff import times

__all__ = [
    "account",
    "actions",
    "carriers",
    "desk",
    "entrance",
    "figures",
    "finding",
    "layout",
    "what_if",
    "access_log",
    "masks",
    "overview",
    "replay",
    "registered",
    "lists",
    "sprints",
    "conversations",
    "ticket_pages",
    "times",
    "webhook_board",
    "window",
]
