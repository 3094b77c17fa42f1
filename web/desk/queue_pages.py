"""The queue of tickets: what the address selects, several at once, and the end of a shift."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Any, Final, get_args

from flask import abort, redirect, render_template, request, session, url_for
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response

from flows.acts.reports import TicketKind
from flows.events import Outcome
from outbox.wake import wake
from postal.desk import queue, tickets, views
from postal.desk.queue import HEADS, Filter, Sort, State
from postal.desk.tickets import TicketForm
from postal.desk.views import Selection, TicketView, Whose
from store.database import Conn
from store.refusals import Conflict
from web import given
from web.desk.room import doer, live_route, me, office_seen, reader, route, runtime
from web.desk.subjects import ticket_within
from web.desk.ticket_pages import OUTCOMES, Page, closed, said
from web.language import say

KINDS: Final[tuple[str, ...]] = get_args(TicketKind)
SORTS: Final[tuple[Sort, ...]] = ("urgent", "oldest", "newest")


@dataclass(frozen=True)
class CountedView:
    """A view as its link shows it. `count`: of its tickets now; `here`: it is what is shown."""

    view: TicketView
    count: int
    here: bool


@route("/tickets", "tickets")
def ticket_queue() -> str:
    """Show open tickets, the most urgent first; or what the address selects."""
    return render_template("desk/tickets.html", **_queue())


@live_route("/tickets/news", "tickets")
def ticket_news() -> Page:
    """Return the queue if it has changed since the page; else 204."""
    page = _queue()
    if request.form.get("version") == page["version"]:
        return "", 204
    return render_template("desk/ticket_rows.html", **page)


def asked() -> Selection:
    """Return what the address, or the form on its page, selects; what is unknown is left out."""
    values = request.values
    return Selection(
        _one_of(values.get("whose", ""), get_args(Whose), ""),
        _one_of(values.get("kind", ""), KINDS, ""),
        _one_of(values.get("state", ""), get_args(State), "open"),
        _one_of(values.get("sort", ""), get_args(Sort), "urgent"),
    )


def _one_of(value: str, among: Sequence[Any], otherwise: str) -> Any:
    return value if value in among else otherwise


def link(selection: Selection, **changes: str) -> dict[str, Any]:
    """Return the query of an address that selects the same but for `changes`."""
    other = replace(selection, **changes)  # type: ignore[arg-type]  # of templates
    values = {"whose": other.whose, "kind": other.kind, "state": other.state, "sort": other.sort}
    return {name: value for name, value in values.items() if value not in ("", "open", "urgent")}


def selected(selection: Selection, kinds: tuple[str, ...] = ()) -> Filter:
    """Return the tickets of a selection, for the user."""
    whose = {"mine": me().account.staff_id, "nobodys": ""}.get(selection.whose)
    return Filter(
        closed=selection.state == "closed",
        kind=selection.kind or None,
        whose=whose,
        office=office_seen(),
        sort=selection.sort,
        kinds=kinds,
    )


def _queue() -> dict[str, Any]:
    """Return the values of the queue that the address, or the page that polls, asks for."""
    selection = asked()
    kinds = tuple(sorted(KINDS, key=lambda kind: say(f"ticket_{kind}").casefold()))
    with runtime().database.transaction() as conn:
        found = queue.queue(conn, selected(selection, kinds), reader())
        noted = queue.noted(conn, [each.id for each in found])
        counted = queue.counted(conn, office_seen())
        others = tickets.colleagues(conn, doer())
        waits = queue.waiting(conn, office_seen())
        kept = [
            CountedView(each, queue.count(conn, selected(each.selection)), _is(each, selection))
            for each in views.of(conn, doer().own_staff.row)
        ]
    shown = repr((found, noted, counted, waits, kept))
    return {
        "tickets": found,
        "noted": noted,
        "counted": counted,
        "asked": selection,
        "link": link,
        "views": kept,
        "view": next((each.view for each in kept if each.here), None),
        "most_counted": queue.MOST_COUNTED,
        "heads": HEADS[selection.state],
        "chosen": set(request.form.getlist("ticket")),
        "kinds": KINDS,
        "sorts": SORTS,
        "outcomes": OUTCOMES,
        "others": others,
        "most": queue.AT_ONCE,
        "waits": waits,
        "now": runtime().now(),
        "version": sha256(shown.encode()).hexdigest()[:16],
    }


def _is(view: TicketView, selection: Selection) -> bool:
    return view.selection == selection


@route("/tickets/several", "tickets", methods=("POST",))
def several_tickets() -> Response:
    """Assign the chosen tickets to the user, or close them; say how many, and how many not."""
    typed = request.form.getlist("ticket")[: queue.AT_ONCE]
    found = (given.whole({"ticket": each}, "ticket") for each in typed)
    ids = list(dict.fromkeys(each for each in found if each is not None))
    outcome = next((each for each in OUTCOMES if each == request.form.get("outcome")), None)
    closing = request.form.get("act") == "close"
    back = redirect(url_for("desk.ticket_queue", **link(asked())))
    if not ids or (closing and outcome is None):
        session["told"] = "tickets_none_chosen" if not ids else "ticket_no_outcome"
        return back
    done, texts = 0, list[int]()
    for id_ in ids:
        try:
            seen = given.whole(request.form, f"seen-{id_}")
            texts += runtime().database.run(
                _one_of_several(id_, outcome if closing else None, TicketForm("", seen=seen))
            )
            done += 1
        except (Conflict, NotFound):  # NotFound: of another office, or of none
            continue
    session["told"] = "tickets_closed_done" if closing else "tickets_taken_done"
    session["told_values"] = {"count": done, "left": len(ids) - done}
    if closing:
        session["texts"] = texts
    wake(runtime().redis)
    return back


def _one_of_several(
    id_: int, outcome: Outcome | None, form: TicketForm
) -> Callable[[Conn], tuple[int, ...]]:
    def work(conn: Conn) -> tuple[int, ...]:
        ticket_within(conn, id_)
        if outcome is None:
            tickets.take(conn, id_, doer())
            return ()
        return closed(conn, id_, outcome, form)

    return work


@route("/tickets/hand-over", "tickets", methods=("POST",))
def hand_over_tickets() -> Page:
    """Assign all of the user's open tickets to a colleague, at the end of a shift."""
    to, words = request.form.get("to", ""), said()
    try:
        runtime().database.run(lambda conn: tickets.hand_over(conn, to, words, doer()))
    except LookupError:
        abort(400)
    return redirect(url_for("desk.ticket_queue", whose="mine"))
