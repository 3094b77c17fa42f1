"""The values of every page's bar, and the token against forged requests."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from flask import g, request
from flask_wtf.csrf import generate_csrf
from markupsafe import Markup

from conversation import requests
from postal.requests import reading
from postal.requests.reading import StaffRequest
from store.database import Conn
from web import replica
from web.running import runtime
from web.staff import navigation
from web.staff.badges import badges
from web.staff.navigation import BarRoom
from web.staff.rooms import me, shared

_REQUESTS: Final = "desk.request_list"
_FINDERS: Final = ("desk.find", "office.find")  # the first that the role may open


shared.after_app_request(replica.say_as_of)


@shared.app_context_processor
def layout() -> dict[str, Any]:
    """Return the values of web/templates/desk/layout.html, also for its error pages."""
    return {
        "as_of": replica.as_of,
        "bar_rooms": bar_rooms,
        "csrf_field": csrf_field,
        "print_time": runtime().now,
        "request_news": request_news,
        "search_page": search_page,
        "wanted_room": navigation.wanted_room,
    }


def bar_rooms(under: str | None = None) -> list[BarRoom]:
    """Return the rooms of the user's bar. `under`: the endpoint to light, if not the one shown."""
    return navigation.rooms(me(), under, _waiting().counts)


@dataclass(frozen=True)
class _Waiting:
    """What waits for the user, by the endpoint that shows it, and what became of his requests."""

    counts: Mapping[str, int]
    news: Sequence[StaffRequest]


def _waiting() -> _Waiting:
    """Return what waits for the user, read once for each page, in one transaction."""
    if "waiting" not in g:
        with runtime().database.transaction() as conn:
            g.waiting = _read(conn)
    found: _Waiting = g.waiting
    return found


def _read(conn: Conn) -> _Waiting:
    account = me().account
    now = runtime().now()
    asked, decided = reading.any_for(conn, account.id, now)
    could = requests.signable(conn, reading.waiting(conn, now), account.id) if asked else ()
    counts = {**badges(conn, account.role, account.office_id), _REQUESTS: len(could)}
    tells = decided and request.endpoint != "desk.one_request" and me().may(_REQUESTS)
    return _Waiting(counts, reading.news(conn, account.id) if tells else ())


def search_page() -> str | None:
    """Return the endpoint that the search box of every page asks; None: the role finds nothing."""
    return next((page for page in _FINDERS if me().may(page)), None)


def request_news() -> Sequence[StaffRequest]:
    """Return what became of the user's own requests, until he has looked at each."""
    return _waiting().news


def csrf_field() -> Markup:
    """Return the token field of every form of the staff."""
    return Markup('<input type="hidden" name="csrf_token" value="{}">').format(generate_csrf())
