"""The bar on top of every page: the rooms that a role may enter, and the pages of each.

A room without a page for the role is not offered, and its first page for the role is its door.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from flask import request, session

from web.staff.rooms import ACTS, Member

# Endpoint and the key of its word, by room; each role sees those that it may call.
_ROOMS: Final[Mapping[str, tuple[tuple[str, str], ...]]] = {
    "nav_counter": (
        ("counter.start", "book_nav_next"),
        ("counter.day_bookings", "book_nav_day"),
        ("counter.number_rolls", "book_nav_rolls"),
        ("counter.tariff_page", "book_nav_tariff"),
        ("counter.own_day", "day_title"),
        ("counter.payments_board", "nav_payments"),
        ("counter.office_books", "nav_books"),
    ),
    "nav_office": (
        ("office.start", "navigation_start"),
        ("office.arrivals", "navigation_arrivals"),
        ("office.draft", "navigation_draft"),
        ("office.lists", "navigation_lists"),
        ("office.cash", "navigation_cash"),
        ("office.deposit", "navigation_deposit"),
        ("office.returns", "navigation_returns"),
        ("office.exceptions_", "navigation_exceptions"),
        ("office.words", "navigation_words"),
        ("office.paper_day", "navigation_paper"),
        ("office.outages", "navigation_outages"),
        ("office.imports", "nav_imports"),
    ),
    "nav_desk": (
        ("desk.find", "nav_find"),
        ("desk.ticket_queue", "nav_tickets"),
        ("desk.request_list", "nav_requests"),
        ("desk.window", "nav_window"),
    ),
    "nav_watch": (
        ("desk.reports", "nav_figures"),
        ("desk.fraud", "nav_fraud"),
    ),
    "nav_keep": (
        ("administration.staff", "administration_staff"),
        ("administration.offices", "administration_offices"),
        ("administration.postmen", "administration_postmen"),
        ("administration.tokens_", "administration_tokens"),
        ("administration.webhooks", "administration_webhooks"),
        ("administration.templates", "administration_templates"),
        ("administration.speech", "administration_speech"),
        ("counter.tariff_sources", "nav_tariff"),
        ("desk.carriers", "nav_carriers"),
        ("desk.data_protection", "nav_data"),
        ("desk.access_log", "nav_access_log"),
        ("desk.account_board", "nav_accounts"),
    ),
}
# The room of a page that is no entry, by its blueprint; the account's pages are in none.
HOUSES: Final[Mapping[str, str]] = {
    "counter": "nav_counter",
    "office": "nav_office",
    "desk": "nav_desk",
    "administration": "nav_keep",
}
_OWN: Final = ("enter", "passkeys")


@dataclass(frozen=True)
class BarEntry:
    """A page of the bar; `word` is the key of its name, `count` what waits there."""

    endpoint: str
    word: str
    lit: bool
    count: int


@dataclass(frozen=True)
class BarRoom:
    """A room of the bar with its pages; `lit` where the page shown is one of it."""

    word: str
    entries: tuple[BarEntry, ...]
    lit: bool

    @property
    def count(self) -> int:
        """Return how much waits in the room."""
        return sum(entry.count for entry in self.entries)


def rooms(member: Member, under: str | None, counts: Mapping[str, int]) -> list[BarRoom]:
    """Return the rooms that `member` may enter.

    `under`: the endpoint to light, where a page names it; `counts`: what waits, by endpoint.
    """
    shown = under or request.endpoint or ""
    lit = _room_of(shown)
    made = []
    for word, pages in _ROOMS.items():
        entries = tuple(
            BarEntry(endpoint, name, endpoint == shown, counts.get(endpoint, 0))
            for endpoint, name in pages
            if member.may(endpoint)
        )
        if entries:
            made.append(BarRoom(word, entries, word == lit))
    return made


def wanted_room() -> str:
    """Return the key of the room whose page brought somebody to the sign-in; else ""."""
    house = str(session.get("wanted", "")).strip("/").split("/")[0]
    return HOUSES.get(house, "")


def door(word: str, member: Member) -> str:
    """Return the endpoint of the first page of a room that `member` may open."""
    return next(endpoint for endpoint, _ in _ROOMS[word] if member.may(endpoint))


def word_of(endpoint: str) -> str:
    """Return the key of what the bar calls a page; "": it is not in the bar."""
    return next((dict(pages)[endpoint] for pages in _ROOMS.values() if endpoint in dict(pages)), "")


def _room_of(endpoint: str) -> str | None:
    for word, pages in _ROOMS.items():
        if endpoint in dict(pages):
            return word
    if ACTS.get(endpoint) in _OWN:
        return None
    return HOUSES.get(endpoint.split(".")[0]) if endpoint in ACTS else None
