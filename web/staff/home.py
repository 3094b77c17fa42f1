"""The numbers on the cards of the homes, one line a page, within what the user sees of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from flask import g

from india.calendar import day_of
from india.money import shown
from postal.office import arrivals, closing, deposit, drafts
from postal.privacy import worklists
from postal.reports import home
from store.database import Conn
from web.language import say
from web.running import runtime
from web.staff.rooms import me, shared


@shared.app_template_global()
def home_line(endpoint: str) -> str:
    """Return what is worth knowing of a page before it is opened; empty: nothing, or not allowed.

    Each line is one small query: a home asks only for those that it shows.
    """
    read = _LINES.get(endpoint)
    if read is None or not me().may(endpoint):
        return ""
    with runtime().database.transaction() as conn:
        return read(conn, me().sees(endpoint))


def _out(conn: Conn, office: int | None) -> str:
    found = home.deliveries(conn, day_of(runtime().now()), office)
    if not found.out:
        return ""
    return say(
        "home_out",
        out=found.out,
        delivered=found.delivered,
        failed=found.failed,
        open=found.open,
        back=found.back,
    )


def _tickets(conn: Conn, office: int | None) -> str:
    found = home.tickets(conn, office)
    return say("home_tickets", open=found.open, urgent=found.urgent) if found.open else ""


def _fraud(conn: Conn, office: int | None) -> str:
    count = home.fraud(conn, day_of(runtime().now()), office)
    return say("home_fraud", count=count) if count else ""


def _cod(conn: Conn, office: int | None) -> str:
    paise = home.cod_open(conn, day_of(runtime().now()), office)
    return say("home_cod", sum=shown(paise)) if paise else ""


def _arrivals(conn: Conn, office: int | None) -> str:
    if office is None:
        return ""
    found = arrivals.counted(conn, office, day_of(runtime().now()))
    return say("start_arrivals", here=found.here, missent=found.missent, unknown=found.unknown)


def _draft(conn: Conn, office: int | None) -> str:
    if office is None:
        return ""
    found = drafts.in_making(conn, office, day_of(runtime().now()))
    return say("start_draft", free=found.free, placed=found.placed)


def _lists(conn: Conn, office: int | None) -> str:
    if office is None:
        return ""
    found = closing.of_day(conn, office, day_of(runtime().now()))
    closed = sum(each.closed_at is not None for each in found)
    return say("home_lists", count=len(found), closed=closed) if found else ""


def _deposit(conn: Conn, office: int | None) -> str:
    found = _lying(conn, office)
    return say("start_deposit", fetch=found.fetch) if found else ""


def _returns(conn: Conn, office: int | None) -> str:
    found = _lying(conn, office)
    return say("start_returns", back=found.back) if found else ""


def _lying(conn: Conn, office: int | None) -> deposit.DepositCount | None:
    """Return what lies at the office, counted once for the cards of a page; None: no one office."""
    if office is None:
        return None
    if "lying" not in g:
        own = me().account
        g.lying = deposit.counted(conn, own.office_id, own.office_pin, day_of(runtime().now()))
    found: deposit.DepositCount = g.lying
    return found


def _booked(conn: Conn, office: int | None) -> str:
    found = home.booked(conn, office or me().account.office_id, runtime().now())
    return say("home_booked", count=found.articles, sum=shown(found.paise))


def _data(conn: Conn, office: int | None) -> str:
    found = worklists.due(conn, runtime().now())
    return say("home_data", open=found.open, late=found.late) if found.open else ""


_LINES: Final[Mapping[str, Callable[[Conn, int | None], str]]] = {
    "desk.reports": _out,
    "office.start": _out,
    "office.arrivals": _arrivals,
    "office.draft": _draft,
    "office.lists": _lists,
    "office.deposit": _deposit,
    "office.returns": _returns,
    "office.cash": _cod,
    "desk.ticket_queue": _tickets,
    "desk.fraud": _fraud,
    "counter.start": _booked,
    "desk.data_protection": _data,
}
