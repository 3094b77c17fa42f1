"""The navigation of every page of the staff, and the token against forged requests."""

from __future__ import annotations

from typing import Any, Final

from flask_wtf.csrf import generate_csrf
from markupsafe import Markup

from web.staff.rooms import ALLOWED, shared

# Endpoint and the key of its word; each role sees those that it may call.
_PAGES: Final = (
    ("desk.overview", "nav_desk"),
    ("counter.start", "nav_counter"),
    ("counter.payments_board", "nav_payments"),
    ("office.start", "nav_office"),
    ("counter.office_books", "nav_books"),
    ("office.imports", "nav_imports"),
    ("desk.find", "nav_find"),
    ("desk.ticket_queue", "nav_tickets"),
    ("desk.window_requests", "nav_window"),
    ("desk.day_figures", "nav_figures"),
    ("desk.fraud", "nav_fraud"),
    ("desk.carriers", "nav_carriers"),
    ("desk.webhook_board", "nav_webhooks"),
    ("desk.access_log", "nav_access_log"),
    ("desk.account_board", "nav_accounts"),
)


@shared.app_context_processor
def layout() -> dict[str, Any]:
    """Return the values of web/templates/desk/layout.html, also for its error pages."""
    return {
        "desk_pages": [(endpoint, word) for endpoint, word in _PAGES if endpoint in ALLOWED],
        "csrf_field": csrf_field,
        "room_of": room_of,
    }


def room_of(endpoint: str | None) -> str | None:
    """Return the entry to highlight for a page without one of its own: its room's first."""
    if endpoint is None or endpoint in dict(_PAGES):
        return None
    room = endpoint.split(".")[0]
    return next(
        (page for page, _ in _PAGES if room != "desk" and page.startswith(room + ".")), None
    )


def csrf_field() -> Markup:
    """Return the token field of every form of the staff."""
    return Markup('<input type="hidden" name="csrf_token" value="{}">').format(generate_csrf())
