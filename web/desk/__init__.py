"""The help desk: find, understand, replay, act. Each module adds its routes to `room.desk`."""

from web.desk import (
    account,
    entrance,
    finding,
    furniture,
    looks,
    masks,
    overview,
    sheets,
    sprints,
    talks,
    times,
)
from web.desk.room import ALLOWED, OPEN, desk, furnish

__all__ = [
    "ALLOWED",
    "OPEN",
    "account",
    "desk",
    "entrance",
    "finding",
    "furnish",
    "furniture",
    "looks",
    "masks",
    "overview",
    "sheets",
    "sprints",
    "talks",
    "times",
]
