"""Asking for a second person, from whichever room."""

from __future__ import annotations

from collections.abc import Callable

from flask import redirect, session, url_for
from werkzeug.wrappers import Response

from conversation import requests
from outbox.wake import wake
from postal.requests.reading import StaffRequest
from postal.requests.register import Why
from postal.requests.wish import Wish
from store.database import Conn
from store.refusals import Refusal
from web.running import runtime
from web.staff.refusals import tell
from web.staff.rooms import doer


def ask(wish: Callable[[Conn], Wish], back: str, why: Callable[[], Why]) -> Response:
    """Ask for what `wish` returns and show the request; what is refused is said on `back`."""

    def work(conn: Conn) -> StaffRequest:
        return requests.ask(runtime(), conn, wish(conn), why(), doer())

    try:
        asked = runtime().database.run(work)
    except Refusal as refusal:
        tell(refusal)
        return redirect(f"{back}#result")
    session["told"] = "request_asked_done"
    wake(runtime().redis)
    return redirect(url_for("desk.one_request", id_=asked.id))
