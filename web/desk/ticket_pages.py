"""The pages of tickets: the queue, one ticket and its acts, and who else has it open."""

from __future__ import annotations

from collections.abc import Callable
from hashlib import sha256
from typing import Any, Final, get_args
from uuid import uuid4

from flask import abort, redirect, render_template, request, session, url_for
from markupsafe import Markup
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response

from conversation import desk
from flows.acts.reports import TicketKind
from flows.events import Outcome
from messages.catalogue import catalogue
from outbox.wake import wake
from postal.desk import tickets, timeline
from postal.desk.tickets import Filter, Sort, Ticket, TicketForm
from store.database import Conn
from store.refusals import Conflict, Refusal
from web import given, language
from web.desk.room import doer, live_route, me, office_seen, reader, route, runtime
from web.desk.subjects import ticket_within
from web.staff import presence
from web.staff.refusals import status_of, word_of

Page = str | Response | tuple[str, int]
KINDS: Final[tuple[str, ...]] = get_args(TicketKind)
OUTCOMES: Final[tuple[Outcome, ...]] = get_args(Outcome)
SORTS: Final[tuple[Sort, ...]] = get_args(Sort)
_LONGEST_NOTE: Final = 2000


@route("/tickets", "tickets")
def ticket_queue() -> str:
    """Show open tickets, the most urgent first; or the user's, unassigned or closed ones."""
    return render_template("desk/tickets.html", **_queue())


@live_route("/tickets/news", "tickets")
def ticket_news() -> Page:
    """Return the queue if it has changed since the page; else 204."""
    page = _queue()
    if request.form.get("version") == page["version"]:
        return "", 204
    return render_template("desk/ticket_rows.html", **page)


def _queue() -> dict[str, Any]:
    """Return the values of the queue that the address, or the page that polls, asks for."""
    asked = request.values
    whose = {"mine": me().account.staff_id, "nobodys": ""}.get(asked.get("whose", ""))
    kind, sort = asked.get("kind", ""), asked.get("sort", "")
    fitting = Filter(
        closed=asked.get("state") == "closed",
        kind=kind if kind in KINDS else None,
        whose=whose,
        office=office_seen(),
        sort=next((each for each in SORTS if each == sort), "urgent"),
    )
    with runtime().database.transaction() as conn:
        found = tickets.queue(conn, fitting, reader())
        counted = tickets.counted(conn, office_seen())
        others = tickets.colleagues(conn, doer())
        waits = tickets.waiting(conn, office_seen())
    shown = repr((found, counted, waits))
    return {
        "tickets": found,
        "counted": counted,
        "fitting": fitting,
        "asked": {name: asked.get(name, "") for name in ("whose", "kind", "state", "sort")},
        "chosen": set(request.form.getlist("ticket")),
        "kinds": KINDS,
        "sorts": SORTS,
        "outcomes": OUTCOMES,
        "others": others,
        "most": tickets.AT_ONCE,
        "waits": waits,
        "now": runtime().now(),
        "version": sha256(shown.encode()).hexdigest()[:16],
    }


@route("/tickets/several", "tickets", methods=("POST",))
def several_tickets() -> Response:
    """Assign the chosen tickets to the user, or close them; say how many, and how many not."""
    typed = request.form.getlist("ticket")[: tickets.AT_ONCE]
    found = (given.whole({"ticket": each}, "ticket") for each in typed)
    ids = list(dict.fromkeys(each for each in found if each is not None))
    outcome = next((each for each in OUTCOMES if each == request.form.get("outcome")), None)
    closing = request.form.get("act") == "close"
    back = redirect(url_for("desk.ticket_queue", whose=request.form.get("whose") or None))
    if not ids or (closing and outcome is None):
        session["told"] = "tickets_none_chosen" if not ids else "ticket_no_outcome"
        return back
    done, texts = 0, list[int]()
    for id_ in ids:
        try:
            texts += runtime().database.run(_one_of_several(id_, outcome if closing else None))
            done += 1
        except (Conflict, NotFound):  # NotFound: of another office, or of none
            continue
    session["told"] = "tickets_closed_done" if closing else "tickets_taken_done"
    session["told_values"] = {"count": done, "left": len(ids) - done}
    if closing:
        session["texts"] = texts
    wake(runtime().redis)
    return back


def _one_of_several(id_: int, outcome: Outcome | None) -> Callable[[Conn], tuple[int, ...]]:
    def work(conn: Conn) -> tuple[int, ...]:
        ticket_within(conn, id_)
        if outcome is None:
            tickets.take(conn, id_, doer())
            return ()
        return _closed(conn, id_, outcome, TicketForm(""))

    return work


def _closed(conn: Conn, id_: int, outcome: Outcome, form: TicketForm) -> tuple[int, ...]:
    """Close the ticket and tell the person who raised it; return the messages that go out."""
    closed, new = tickets.close(conn, id_, outcome, form, doer())
    if not new or closed.phone is None:
        return ()
    told = desk.ticket_closed(runtime(), conn, closed.phone, id_, outcome, doer().proof)
    return told.texts


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
    texts: list[int] = []

    def close(conn: Conn) -> None:
        texts[:] = _closed(conn, id_, outcome, form)

    page = _do(id_, close)
    if not isinstance(page, Response):
        return page
    session["told"], session["told_values"] = "ticket_closed_done", {"ticket": id_}
    session["texts"] = texts
    if "next" in request.form:
        with runtime().database.transaction() as conn:
            onward = tickets.following(conn, id_, office_seen(), doer().staff_row)
        if onward is None:
            return redirect(url_for("desk.ticket_queue"))
        return redirect(url_for("desk.ticket", id_=onward))
    return page


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
        texts_of=_texts_of(found),
        mine=found.assigned_to == me().account.staff_id,
        refused=refused,
        by=by,
    )
    return page, status


def _texts_of(ticket: Ticket) -> dict[str, str]:
    """Return what whoever raised the ticket would be told, by outcome, in the page's language."""
    if ticket.phone is None:
        return {}
    staff = ticket.staff_id is not None and ticket.article is None
    texts: dict[str, str] = {}
    for outcome in OUTCOMES:
        if outcome != "nothing_to_do":
            name = "staff_ticket_closed" if staff else f"ticket_{outcome}"
            text = catalogue().text(name, language.chosen())
            texts[outcome] = text.replace("{ticket}", str(ticket.id))
    return texts


def _others(id_: int) -> list[str]:
    account = me().account
    return presence.here(runtime(), id_, account.staff_id, account.name)


def _form() -> TicketForm:
    return TicketForm(
        _said(), given.uuid(request.form, "once"), given.whole(request.form, "seen", 2**31 - 1)
    )


def _said() -> str:
    return request.form.get("said", "").strip()[:_LONGEST_NOTE]
