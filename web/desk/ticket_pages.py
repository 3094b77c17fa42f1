"""The pages of tickets: the queue, one ticket and its acts, and who else has it open."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, get_args
from uuid import uuid4

from flask import abort, redirect, render_template, request, url_for
from markupsafe import Markup
from werkzeug.wrappers import Response

from conversation import desk
from flows.acts.reports import TicketKind
from flows.events import Outcome
from outbox.wake import wake
from postal.desk import tickets, timeline
from postal.desk.tickets import Filter, Ticket, TicketForm
from store.database import Conn
from store.refusals import Refusal
from web import given
from web.desk.room import doer, live_route, me, office_seen, reader, route, runtime
from web.desk.subjects import ticket_within
from web.staff import presence
from web.staff.refusals import status_of, word_of

Page = str | Response | tuple[str, int]
KINDS: Final[tuple[str, ...]] = get_args(TicketKind)
OUTCOMES: Final[tuple[Outcome, ...]] = get_args(Outcome)
_LONGEST_NOTE: Final = 2000


@route("/tickets", "tickets")
def ticket_queue() -> str:
    """Show open tickets, the most urgent first; or the user's, unassigned or closed ones."""
    whose = {"mine": me().account.staff_id, "nobodys": ""}.get(request.args.get("whose", ""))
    kind = request.args.get("kind", "")
    fitting = Filter(
        closed=request.args.get("state") == "closed",
        kind=kind if kind in KINDS else None,
        whose=whose,
        office=office_seen(),
    )
    with runtime().database.transaction() as conn:
        found = tickets.queue(conn, fitting, reader())
        counted = tickets.counted(conn, office_seen())
        others = tickets.colleagues(conn, doer())
    return render_template(
        "desk/tickets.html",
        tickets=found,
        counted=counted,
        fitting=fitting,
        kinds=KINDS,
        others=others,
        most=tickets.AT_ONCE,
    )


@route("/tickets/<int:id_>", "tickets")
def ticket(id_: int) -> Page:
    """Show one ticket, with what was done about it."""
    return _ticket_page(id_)


@live_route("/tickets/<int:id_>/here", "tickets")
def ticket_here(id_: int) -> str:
    """Show who else has it open and whether it changed; polled every few seconds."""
    with runtime().database.transaction() as conn:
        ticket_within(conn, id_)
        found, done = tickets.look(conn, id_, reader()), tickets.notes(conn, id_)
    changed = request.form.get("notes") != str(len(done))
    return render_template(
        "desk/ticket_here.html", ticket=found, others=_others(id_), changed=changed
    )


@route("/tickets/<int:id_>/take", "tickets", methods=("POST",))
def take_ticket(id_: int) -> Page:
    return _do(id_, lambda conn: tickets.take(conn, id_, doer()))


@route("/tickets/<int:id_>/put-back", "tickets", methods=("POST",))
def put_back_ticket(id_: int) -> Page:
    return _do(id_, lambda conn: tickets.put_back(conn, id_, doer()))


@route("/tickets/<int:id_>/note", "tickets", methods=("POST",))
def note_ticket(id_: int) -> Page:
    form = _form()
    if not form.said:
        return _ticket_page(id_, refused="ticket_says_nothing", status=422)
    return _do(id_, lambda conn: tickets.note(conn, id_, form, doer()))


@route("/tickets/<int:id_>/reopen", "tickets", methods=("POST",))
def reopen_ticket(id_: int) -> Page:
    form = _form()
    return _do(id_, lambda conn: tickets.reopen(conn, id_, form, doer()))


@route("/tickets/<int:id_>/close", "tickets", methods=("POST",))
def close_ticket(id_: int) -> Page:
    """Close the ticket, and tell the person who raised it."""
    outcome = next((each for each in OUTCOMES if each == request.form.get("outcome")), None)
    if outcome is None:
        return _ticket_page(id_, refused="ticket_no_outcome", status=422)
    form = _form()

    def close(conn: Conn) -> None:
        closed, new = tickets.close(conn, id_, outcome, form, doer())
        if new and closed.phone is not None:
            desk.ticket_closed(runtime(), conn, closed.phone, id_, outcome, doer().proof)

    return _do(id_, close)


@route("/tickets/hand-over", "tickets", methods=("POST",))
def hand_over_tickets() -> Page:
    """Assign all of the user's open tickets to a colleague, at the end of a shift."""
    to, said = request.form.get("to", ""), _said()
    try:
        runtime().database.run(lambda conn: tickets.hand_over(conn, to, said, doer()))
    except LookupError:
        abort(400)
    return redirect(url_for("desk.ticket_queue", whose="mine"))


def ticket_link(number: int) -> Markup:
    """Return a ticket's number as a link to it."""
    address = url_for("desk.ticket", id_=number)
    return Markup('<a class="ticket-link" href="{}">#{}</a>').format(address, number)


def _do(id_: int, work: Callable[[Conn], None]) -> Page:
    def within(conn: Conn) -> None:
        ticket_within(conn, id_)
        work(conn)

    try:
        runtime().database.run(within)
    except Refusal as refusal:
        by = str(refusal.values.get("about", ""))
        return _ticket_page(id_, refused=word_of(refusal), by=by, status=status_of(refusal))
    wake(runtime().redis)
    return redirect(url_for("desk.ticket", id_=id_))


def _ticket_page(id_: int, *, refused: str = "", by: str = "", status: int = 200) -> Page:
    def look(conn: Conn) -> tuple[Ticket, list[tickets.TicketNote], list[timeline.TimelineText]]:
        ticket_within(conn, id_)
        found = tickets.look(conn, id_, reader())
        # Texts that have no conversation are shown here.
        alone = found.kind == "unparsed" and found.conversation is None
        unread = timeline.unreadable(conn, found.phone, reader()) if alone else []
        return found, tickets.notes(conn, id_), unread

    found, done, unread = runtime().database.run(look)
    page = render_template(
        "desk/ticket.html",
        ticket=found,
        notes=done,
        unread=unread,
        revealed=False,
        others=_others(id_),
        outcomes=OUTCOMES,
        once=uuid4,
        mine=found.assigned_to == me().account.staff_id,
        refused=refused,
        by=by,
    )
    return page, status


def _others(id_: int) -> list[str]:
    account = me().account
    return presence.here(runtime(), id_, account.staff_id, account.name)


def _form() -> TicketForm:
    return TicketForm(
        _said(), given.uuid(request.form, "once"), given.whole(request.form, "seen", 2**31 - 1)
    )


def _said() -> str:
    return request.form.get("said", "").strip()[:_LONGEST_NOTE]
