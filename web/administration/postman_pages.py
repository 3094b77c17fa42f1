"""Postmen: their beats and telephones. A new telephone or PIN takes two, at the desk."""

from __future__ import annotations

from collections.abc import Callable

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from india import phone as phones
from india.calendar import day_of
from postal.people import access, beats, people, roster
from postal.people.beats import NoBeat, PostmanEntry
from postal.people.people import UnknownOffice
from store.database import Conn
from store.refusals import Refusal
from web import given
from web.administration.room import doer, me, office_seen, reader, route, runtime, within
from web.staff.refusals import FormRefused, attempt, status_of

Page = str | Response | tuple[str, int]
_FIELDS = ("staff_id", "name", "phone", "office")


@route("/postmen", "postmen")
def postmen() -> Page:
    """Show the postmen by office: beat, telephone, and what waits for his PIN."""
    return _page()


@route("/postmen", "change_postmen", methods=("POST",))
def add_postman() -> Page:
    """Add a postman, who types his PIN himself; of it a hash is kept."""
    typed = {name: request.form.get(name, "").strip()[:200] for name in _FIELDS}
    pin, again = request.form.get("pin", ""), request.form.get("again", "")

    def work(conn: Conn) -> None:
        own = office_seen()
        office = roster.office(conn, str(own) if own is not None else typed["office"])
        if pin != again:
            raise FormRefused("act_pins_differ")
        try:
            number = phones.read(typed["phone"])
        except ValueError:
            raise FormRefused("phone_wrong") from None
        if people.office_of(conn, office.pin)[0] != office.id:
            raise UnknownOffice(office.pin)
        made = people.add_postman(conn, typed["staff_id"], typed["name"], number, office.pin, pin)
        said = f"added the postman {made.staff_id} of {office.pin}"
        access.note(conn, doer(), "acted", phone=number, reason=said)

    try:
        runtime().database.run(work)
    except Refusal as refusal:
        return _page(typed, refusal), status_of(refusal)
    return redirect(url_for("administration.postmen"))


@route("/postmen/<int:id_>/beat", "change_postmen", methods=("POST",))
def give_beat(id_: int) -> Response:
    """Give a postman another beat of his office."""

    def work(conn: Conn, each: PostmanEntry) -> str:
        beat = given.whole(request.form, "beat")
        if beat is None:
            raise NoBeat
        beats.walk(conn, each, beat)
        access.note(conn, doer(), "acted", reason=f"beat {beat} for {each.staff_id}")
        return "beat_done"

    return _on(id_, work)


@route("/postmen/<int:id_>/end", "change_postmen", methods=("POST",))
def end_postman(id_: int) -> Response:
    """End a postman: his telephone speaks for nobody any more."""

    def work(conn: Conn, each: PostmanEntry) -> str:
        beats.end(conn, each, day_of(runtime().now()))
        access.note(conn, doer(), "acted", phone=each.phone, reason=f"ended {each.staff_id}")
        return "postman_end_done"

    return _on(id_, work)


def _on(id_: int, work: Callable[[Conn, PostmanEntry], str]) -> Response:
    def within_walls(conn: Conn) -> str:
        each = beats.postman(conn, id_)
        within(each.office_id)
        return work(conn, each)

    attempt(within_walls)
    return redirect(url_for("administration.postmen"))


def _page(typed: dict[str, str] | None = None, refusal: Refusal | None = None) -> str:
    own = office_seen()
    with runtime().database.transaction() as conn:
        found = beats.postmen(conn, own)
        access.listed(conn, reader(), len(found), "postmen")
        offices = [each for each in roster.offices(conn) if own in (None, each.id)]
    return render_template(
        "administration/postmen.html",
        postmen=found,
        # A postman belongs to the main office of his PIN, which comes first.
        offices=list({each.pin: each for each in reversed(offices)}.values())[::-1],
        typed=typed or {"office": str(me().account.office_id)},
        refusal=refusal,
    )
