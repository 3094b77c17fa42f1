"""The offices: all of them, another district from the directory, and who keeps whose accounts."""

from __future__ import annotations

from flask import redirect, render_template, request, session, url_for
from werkzeug.wrappers import Response

from postal.counter import districts
from postal.counter.districts import District
from postal.counter.post_offices import NoDirectory
from postal.people import access, roster
from postal.people import offices as account_offices
from store.database import Conn
from web.administration.room import doer, route, runtime
from web.staff.refusals import FormRefused, attempt


@route("/offices", "offices")
def offices() -> str:
    """Show all offices by district; with `?district=`, what of another one would be added."""
    chosen = _chosen(request.args.get("district", ""))
    with runtime().database.transaction() as conn:
        found = roster.offices(conn)
        there = districts.offices_of(chosen) if chosen else []
        new = roster.missing(conn, there) if chosen else []
    return render_template(
        "administration/offices.html",
        offices=found,
        districts=_districts(),
        chosen=chosen,
        in_directory=there,
        new=new,
    )


@route("/offices", "change_offices", methods=("POST",))
def add_district() -> Response:
    """Add the delivering offices of a district that are not there yet."""
    chosen = _chosen(request.form.get("district", ""))

    def work(conn: Conn) -> str:
        if chosen is None:
            raise FormRefused("office_no_district")
        added = roster.add(conn, districts.offices_of(chosen))
        said = f"{added} offices of {chosen.name}, {chosen.state} added"
        access.note(conn, doer(), "acted", reason=said)
        session["told_values"] = {"count": added, "district": chosen.name.title()}
        return "office_added_done"

    attempt(work)
    return redirect(url_for("administration.offices"))


@route("/offices/account-office", "change_offices", methods=("POST",))
def set_account_office() -> Response:
    """Say which office keeps the accounts of another, where that has one hand alone."""

    def work(conn: Conn) -> str:
        office = roster.office(conn, request.form.get("office", ""))
        keeper = roster.office(conn, request.form.get("keeper", ""))
        if keeper.id == office.id:
            raise FormRefused("office_own_account_office")
        account_offices.set_account_office(conn, office.id, keeper.id)
        said = f"{keeper.name} {keeper.pin} keeps the accounts of {office.name} {office.pin}"
        access.note(conn, doer(), "acted", reason=said)
        return "office_account_done"

    attempt(work)
    return redirect(url_for("administration.offices"))


def _chosen(typed: str) -> District | None:
    """Return the district that a form names as STATE/DISTRICT, if there is one."""
    state, _, name = typed.partition("/")
    return next((each for each in _districts() if each == District(state, name)), None)


def _districts() -> tuple[District, ...]:
    try:
        return districts.districts()
    except NoDirectory:  # the file is damaged: `flask doctor` says so
        return ()
