"""The help desk: find, understand, replay, act. Each module adds its routes to `room.desk`."""

from web.desk import account, entrance, furniture, looks, overview, times
from web.desk.room import ALLOWED, OPEN, desk, furnish

__all__ = [
    "ALLOWED",
    "OPEN",
    "account",
    "desk",
    "entrance",
    "furnish",
    "furniture",
    "looks",
    "overview",
    "times",
]
