"""The pages of one ticket: its acts, and who else has it open."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, get_args
from uuid import uuid4

from flask import redirect, render_template, request, session, url_for
from markupsafe import Markup
from werkzeug.wrappers import Response

from conversation import desk
from flows.events import Outcome
from messages.catalogue import catalogue
from outbox.wake import SWEEP, ring, wake
from postal.desk import questions, queue, tickets, timeline
from postal.desk.tickets import Ticket, TicketForm
from store.database import Conn
from store.refusals import Refusal
from web import given, language
from web.desk.room import doer, live_route, me, office_seen, reader, route, runtime
from web.desk.subjects import ticket_within
from web.staff import presence
from web.staff.refusals import status_of, word_of

Page = str | Response | tuple[str, int]
OUTCOMES: Final[tuple[Outcome, ...]] = get_args(Outcome)
_LONGEST_NOTE: Final = 2000
# What somebody said himself, by text, dial or call; other kinds the books or a postman raise.
_RAISED: Final = ("person", "fraud", "contested", "not_received", "wrong_number", "unparsed")


def closed(conn: Conn, id_: int, outcome: Outcome, form: TicketForm) -> tuple[int, ...]:
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
        texts[:] = closed(conn, id_, outcome, form)
        if "ask" in request.form:
            questions.plan(conn, tickets.get(conn, id_), outcome, doer().at)

    page = _do(id_, close)
    if not isinstance(page, Response):
        return page
    session["told"], session["told_values"] = "ticket_closed_done", {"ticket": id_}
    session["texts"] = texts
    ring(runtime().redis, SWEEP)  # by which the person is asked whether that helped
    if "next" in request.form:
        with runtime().database.transaction() as conn:
            onward = queue.following(conn, id_, office_seen(), doer().staff_row)
        if onward is None:
            return redirect(url_for("desk.ticket_queue"))
        return redirect(url_for("desk.ticket", id_=onward))
    return page


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


Looked = tuple[
    Ticket, list[tickets.TicketNote], list[timeline.TimelineText], questions.WhyNotAsked | None
]


def _ticket_page(id_: int, *, refused: str = "", by: str = "", status: int = 200) -> Page:
    now = runtime().now()

    def look(conn: Conn) -> Looked:
        ticket_within(conn, id_)
        found = tickets.look(conn, id_, reader())
        # Texts that have no conversation are shown here.
        alone = found.kind == "unparsed" and found.conversation is None
        unread = timeline.unreadable(conn, found.phone, reader()) if alone else []
        return found, tickets.notes(conn, id_), unread, questions.why_not(conn, found, now)

    found, done, unread, why_not = runtime().database.run(look)
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
        why_not_asked=why_not,
        asked_at=questions.when(now),
        now=now,
        asks_first=found.said is not None or found.kind in _RAISED,
        asks=_text("helped_ask", found),
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
            texts[outcome] = _text(name, ticket)
    return texts


def _text(template: str, ticket: Ticket) -> str:
    return catalogue().text(template, language.chosen()).replace("{ticket}", str(ticket.id))


def _others(id_: int) -> list[str]:
    account = me().account
    return presence.here(runtime(), id_, account.staff_id, account.name)


def _form() -> TicketForm:
    return TicketForm(
        said(), given.uuid(request.form, "once"), given.whole(request.form, "seen", 2**31 - 1)
    )


def said() -> str:
    return request.form.get("said", "").strip()[:_LONGEST_NOTE]
