"""What every page of the desk knows: its ways, the token against forged requests, masks."""

from __future__ import annotations

from typing import Any, Final

from flask_wtf.csrf import generate_csrf
from markupsafe import Markup

from web.desk.room import ALLOWED, desk

# Endpoint and the word for it; each role sees those that it may call.
_PAGES: Final = (
    ("desk.overview", "nav_desk"),
    ("desk.find", "nav_find"),
    ("desk.access_log", "nav_access_log"),
)


@desk.app_context_processor
def furniture() -> dict[str, Any]:
    """What web/templates/desk/layout.html is filled with."""
    return {
        "desk_pages": [(endpoint, word) for endpoint, word in _PAGES if endpoint in ALLOWED],
        "csrf_field": csrf_field,
        "ticket_link": lambda number: f"#{number}",
    }


def csrf_field() -> Markup:
    """The token that every form of the desk sends along."""
    return Markup('<input type="hidden" name="csrf_token" value="{}">').format(generate_csrf())
