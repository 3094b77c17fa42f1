"""The help desk: find, understand, replay, act. Each module adds its routes to `room.desk`."""

from web.desk import (
    access_log,
    account,
    actions,
    carriers,
    conversations,
    entrance,
    figures,
    finding,
    layout,
    lists,
    masks,
    overview,
    registered,
    replay,
    sprints,
    ticket_pages,
    webhook_board,
    what_if,
    window,
)
from web.desk.room import desk
from web.staff import times

__all__ = [
    "access_log",
    "account",
    "actions",
    "carriers",
    "conversations",
    "desk",
    "entrance",
    "figures",
    "finding",
    "layout",
    "lists",
    "masks",
    "overview",
    "registered",
    "replay",
    "sprints",
    "ticket_pages",
    "times",
    "webhook_board",
    "what_if",
    "window",
]
