"""The start page, and the values of every page's layout: language, words, navigation."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any, Final

from flask import Blueprint, current_app, redirect, render_template, url_for
from werkzeug.wrappers import Response

from india.calendar import day_of
from postal.desk.today import numbers
from web import language, loopback
from web.callers import Caller, states
from web.phones.page import may_act
from web.running import runtime

start = Blueprint("start", __name__)
states(start, Caller.ANYONE)

# Endpoint and the key of its word. A page that an installation does not have is not shown.
_PAGES: Final = (
    ("start.home", "nav_start"),
    ("phones.page", "nav_phones"),
    ("desk.overview", "nav_desk"),
    ("counter.start", "nav_counter"),
    ("office.start", "nav_office"),
)

# The rooms on the start page, each with the beginning of its words.
_ROOMS: Final = (
    ("phones.page", "start_room_phones"),
    ("counter.start", "start_room_counter"),
    ("office.start", "start_room_office"),
    ("desk.overview", "start_room_desk"),
)

start.after_request(language.remember)


@start.get("/")
def home() -> str:
    """Show the problem, what Dakiya is, and its rooms.

    Today's numbers are shown where the phones are, in a demonstration: in production a stranger
    learns nothing of the day, and asks nothing of the database.
    """
    here = runtime()
    public = loopback.open_to_all(here.settings)
    today = None
    if _served("phones.page"):
        with here.database.transaction() as conn:
            today = asdict(numbers(conn, day_of(here.now())))
    return render_template(
        "start.html",
        addresses=_addresses(),
        anybody_texts=public,
        rooms=[(endpoint, word) for endpoint, word in _ROOMS if _served(endpoint)],
        today=today,
        guided=today is not None and may_act(here.settings),
    )


@start.get("/privacy")
def privacy() -> str:
    """Show the notice of the data protection law: what is kept, how long, and who answers."""
    settings = runtime().settings
    return render_template(
        "privacy.html",
        persons=settings.keep_persons_days,
        bodies=settings.keep_bodies_days,
    )


@start.get("/favicon.ico")
def favicon() -> Response:
    """Send a browser to the mark of the pages: it asks here where a page names none."""
    return redirect(url_for("static", filename="mark.svg"))


@start.app_context_processor
def layout() -> dict[str, Any]:
    """Return the values of web/templates/layout.html."""
    return {
        "language": language.chosen(),
        "languages": language.NAMES,
        "say": language.say,
        "pages": [(endpoint, word) for endpoint, word in _PAGES if _served(endpoint)],
    }


def _addresses() -> list[tuple[str, str]]:
    """Return the addresses for other software and operators, each with its word."""
    wanted = (
        ("/api/v1/openapi.json", "start_api"),
        ("/healthz", "start_health"),
        ("/readyz", "start_ready"),
    )
    served = {rule.rule for rule in current_app.url_map.iter_rules()}
    return [(path, word) for path, word in wanted if path in served]


def _served(endpoint: str) -> bool:
    """Tell whether this installation has the page: the phones are the simulated carrier's."""
    if endpoint not in current_app.view_functions:
        return False
    return endpoint != "phones.page" or (
        loopback.simulated(runtime().settings) and loopback.admitted()
    )
