"""The navigation of every page of the staff, and the token against forged requests."""

from __future__ import annotations

from typing import Any, Final

from flask import request
from flask_wtf.csrf import generate_csrf
from markupsafe import Markup

from conversation import requests
from postal import marks
from postal.requests import reading
from postal.requests.reading import StaffRequest
from web.running import runtime
from web.staff.rooms import ACTS, me, shared

# Endpoint and the key of its word; each role sees those that it may call.
_PAGES: Final = (
    ("desk.overview", "nav_desk"),
    ("counter.start", "nav_counter"),
    ("counter.payments_board", "nav_payments"),
    ("office.start", "nav_office"),
    ("counter.office_books", "nav_books"),
    ("counter.tariff_sources", "nav_tariff"),
    ("office.imports", "nav_imports"),
    ("desk.find", "nav_find"),
    ("desk.ticket_queue", "nav_tickets"),
    ("desk.request_list", "nav_requests"),
    ("desk.window", "nav_window"),
    ("desk.day_figures", "nav_figures"),
    ("desk.fraud", "nav_fraud"),
    ("administration.start", "nav_administration"),
    ("desk.carriers", "nav_carriers"),
    ("desk.webhook_board", "nav_webhooks"),
    ("desk.access_log", "nav_access_log"),
    ("desk.account_board", "nav_accounts"),
)


@shared.app_context_processor
def layout() -> dict[str, Any]:
    """Return the values of web/templates/desk/layout.html, also for its error pages."""
    return {
        "desk_pages": [(endpoint, word) for endpoint, word in _PAGES if endpoint in ACTS],
        "csrf_field": csrf_field,
        "room_of": room_of,
        "requests_waiting": requests_waiting,
        "fraud_waiting": fraud_waiting,
        "request_news": request_news,
    }


def requests_waiting() -> int:
    """Return how many requests the user could sign now: the badge of every page."""
    with runtime().database.transaction() as conn:
        waiting = reading.waiting(conn, runtime().now())
        return len(requests.signable(conn, waiting, me().account.id)) if waiting else 0


def fraud_waiting() -> int:
    """Return how many tickets about fraud are open where the user sees them: the badge of Fraud."""
    with runtime().database.transaction() as conn:
        return marks.fraud_tickets(conn, me().sees("desk.fraud"))


def request_news() -> list[StaffRequest]:
    """Return what became of the user's own requests, until he has looked at each."""
    if request.endpoint == "desk.one_request" or not me().may("desk.request_list"):
        return []
    with runtime().database.transaction() as conn:
        return reading.news(conn, me().account.id)


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
