"""The values of every page's bar, and the token against forged requests."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from flask import g, request
from flask_wtf.csrf import generate_csrf
from markupsafe import Markup

from conversation import requests
from postal.requests import reading
from postal.requests.reading import StaffRequest
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
    return navigation.rooms(me(), under, _counts())


def _counts() -> Mapping[str, int]:
    """Return what waits for the user, counted once for each page."""
    if "badges" not in g:
        account = me().account
        g.badges = {**badges(account.role, account.office_id), _REQUESTS: requests_waiting()}
    counted: Mapping[str, int] = g.badges
    return counted


def search_page() -> str | None:
    """Return the endpoint that the search box of every page asks; None: the role finds nothing."""
    return next((page for page in _FINDERS if me().may(page)), None)


def requests_waiting() -> int:
    """Return how many requests the user could sign now."""
    with runtime().database.transaction() as conn:
        waiting = reading.waiting(conn, runtime().now())
        return len(requests.signable(conn, waiting, me().account.id)) if waiting else 0


def request_news() -> list[StaffRequest]:
    """Return what became of the user's own requests, until he has looked at each."""
    if request.endpoint == "desk.one_request" or not me().may("desk.request_list"):
        return []
    with runtime().database.transaction() as conn:
        return reading.news(conn, me().account.id)


def csrf_field() -> Markup:
    """Return the token field of every form of the staff."""
    return Markup('<input type="hidden" name="csrf_token" value="{}">').format(generate_csrf())
