"""The rooms of the front: which requests share threads, and what each of them may send."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from settings import Settings
from web.hooks.requests import LARGEST_BODY as LARGEST_HOOK

LARGEST_BODY: Final = 1024 * 1024
"""Bytes of a body anywhere but where files are uploaded."""

_UPLOADS: Final = ("/office/imports", "/api/v1/imports")
_FORM_BYTES: Final = 64 * 1024  # of the form around an uploaded file
_HELD: Final = 128 * 2**20  # bytes of bodies that are not whole yet
_MOMENT: Final = 0.1  # seconds
_ONE_MORE: Final = 1  # byte than is allowed: whoever reads it then sees that it is too much


@dataclass(frozen=True)
class FrontRoom:
    """The requests whose paths begin with one of `paths` and end with `ending`, and their share.

    `threads`: at work at once. `waiting`: requests that may wait for one of them; `patience`: how
    many seconds. `largest`: bytes of a body. `gives_way`: seconds for which a request waits,
    before it begins, for those of the rooms that give way to nobody; 0: one of these.
    """

    name: str
    paths: tuple[str, ...]
    threads: int
    waiting: int
    patience: float
    largest: int
    ending: str = ""
    gives_way: float = 0.0

    def has(self, path: str) -> bool:
        """Tell whether a request for `path` belongs here, if to no room before."""
        return path.startswith(self.paths) and path.endswith(self.ending)


def rooms(settings: Settings) -> Sequence[FrontRoom]:
    """Return the rooms; a request belongs to the first that has its path, and the last has all.

    A sign of life waits for nothing but its own thread; what asks the database for the state of the
    service has another. Dials wait for the hashes of PINs, on threads that no text needs.
    """
    hook = LARGEST_HOOK + _ONE_MORE
    pages = LARGEST_BODY + _ONE_MORE
    uploads = settings.import_megabytes * 2**20 + _FORM_BYTES + _ONE_MORE
    return (
        FrontRoom("alive", ("/healthz",), 1, 64, 5.0, 0),
        FrontRoom("dials", ("/hooks/",), settings.web_dial_threads, 256, 8.0, hook, "/ussd"),
        FrontRoom("hooks", ("/hooks/",), settings.web_threads, 512, 12.0, hook),
        FrontRoom("state", ("/readyz", "/metrics"), 1, 16, 5.0, 0, gives_way=_MOMENT),
        FrontRoom("uploads", _UPLOADS, 1, 8, 30.0, uploads, gives_way=_MOMENT),
        FrontRoom("api", ("/api/",), settings.web_api_threads, 64, 8.0, pages, gives_way=_MOMENT),
        FrontRoom("pages", ("",), settings.web_page_threads, 64, 8.0, pages, gives_way=_MOMENT),
    )


def held(rooms: Sequence[FrontRoom]) -> int:
    """Return the bytes of bodies under way that a process holds: always two of the largest."""
    return max(_HELD, 2 * max(room.largest for room in rooms))


def threads(settings: Settings) -> int:
    """Return the threads of all rooms: so many database connections are used at once."""
    return sum(room.threads for room in rooms(settings))
