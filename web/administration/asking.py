"""Asking for a second person from the administration, whose pages say themselves what waits."""

from __future__ import annotations

from collections.abc import Callable

from flask import redirect, request, session
from werkzeug.wrappers import Response

from conversation import requests
from outbox.wake import wake
from postal.requests.reading import StaffRequest
from postal.requests.register import Why
from postal.requests.wish import Wish
from store.database import Conn
from store.refusals import Refusal
from web.administration.room import doer, runtime
from web.staff.refusals import FormRefused, tell

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


def ask_and_return(wish: Callable[[Conn], Wish], page: str) -> Response:
    """Ask with the note of the form, and lead back to `page`, which says what came of it."""
    try:
        ask(wish, request.form.get("note", ""))
    except Refusal as refusal:
        tell(refusal)
    else:
        session["told"] = "request_asked_done"
    return redirect(page)
