"""Asking for a second person from the administration, whose pages say themselves what waits."""

from __future__ import annotations

from collections.abc import Callable

from conversation import requests
from outbox.wake import wake
from postal.requests.reading import StaffRequest
from postal.requests.register import Why
from postal.requests.wish import Wish
from store.database import Conn
from web.administration.room import doer, runtime
from web.staff.refusals import FormRefused

_SHORTEST = 5


def ask(wish: Callable[[Conn], Wish], note: str) -> StaffRequest:
    """Ask for what `wish` returns, and say why in `note`. Raise what asking raises."""
    said = " ".join(note.split())
    if len(said) < _SHORTEST:
        raise FormRefused("staff_no_reason")

    def work(conn: Conn) -> StaffRequest:
        return requests.ask(runtime(), conn, wish(conn), Why("other", said), doer())

    asked = runtime().database.run(work)
    wake(runtime().redis)
    return asked
