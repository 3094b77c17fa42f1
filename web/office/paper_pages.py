"""The pages of a paper day: an outage that somebody vouches for, and slips that another types."""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import Final
from uuid import UUID, uuid4

from flask import abort, render_template, request, session, url_for
from werkzeug.wrappers import Response

from conversation import paper
from flows.events import Payment
from flows.number import last_digits, parse
from india import calendar, signs
from india.calendar import INDIA, day_of
from outbox.wake import wake
from postal.office import closing, paper_days, returning
from postal.office.closing import Progress
from postal.office.paper_days import LONGEST_REASON, NewLine, Outage, SlipLine
from postal.office.returning import ReturnLine
from postal.people import people
from store.database import Conn
from store.refusals import Refusal, Unknown
from web import given
from web.office.room import doer, me, office, office_seen, reader, route, runtime, within
from web.staff.htmx import go_to
from web.staff.refusals import FormRefused, status_of, word_of

_FIELDS: Final = ("list", "item", "code", "time", "payment", "once")
_LONGEST: Final = 64
Page = str | Response | tuple[str, int]


@office.app_template_filter("last_digits")
def _last_digits(number: str) -> str:
    return last_digits(number)


# ---- outages -------------------------------------------------------------------------------------


@route("/paper", "paper_day")
def paper_day() -> str:
    """Show the outages of the last days at the user's office."""
    today = day_of(runtime().now())
    with runtime().database.transaction() as conn:
        outages = paper_days.lately(conn, me().account.office_id, today)
    return render_template("office/paper_day.html", outages=outages, mine=me().account.id)


@route("/outages", "vouch")
def outages() -> str:
    """Show the form that vouches for an outage, and those of the last days."""
    return _vouching(None)


@route("/outages", "vouch", methods=("POST",))
def vouch() -> Page:
    """Write down an outage; whoever vouches types none of its slips."""
    by = doer()

    def work(conn: Conn) -> Outage:
        office_id = _office(conn)
        day = given.day(request.form, "day")
        from_at, until_at = (_moment(day, name) for name in ("from", "until"))
        reason = given.line(request.form, "reason", LONGEST_REASON)
        return paper_days.vouch(conn, office_id, from_at, until_at, reason, by)

    try:
        runtime().database.run(work)
    except Refusal as refusal:
        return _vouching(refusal), status_of(refusal)
    session["told"] = "paper_vouched_done"
    return go_to(url_for("office.outages"))


def _vouching(refusal: Refusal | None) -> str:
    today = day_of(runtime().now())
    with runtime().database.transaction() as conn:
        found = paper_days.lately(conn, office_seen(), today)
    return render_template(
        "office/outages.html",
        outages=found,
        today=today,
        anywhere=office_seen() is None,
        refused=word_of(refusal) if refusal else "",
        field=refusal.field if refusal else "",
        typed=request.form,
    )


def _office(conn: Conn) -> int:
    """Return the office that the form is about: the own one, or for a district that of its PIN."""
    if office_seen() is not None:
        return me().account.office_id
    try:
        return people.office_of(conn, signs.bare(request.form.get("pin", "")))[0]
    except Unknown:
        raise FormRefused("paper_no_office", field="pin") from None


def _moment(day: date | None, name: str) -> datetime:
    try:
        at = calendar.read_time(request.form.get(name, ""))
    except calendar.NoDay:
        raise paper_days.BadTimes from None
    if day is None:
        raise paper_days.BadTimes
    return datetime.combine(day, at, INDIA)


# ---- slips ---------------------------------------------------------------------------------------


@route("/paper/<int:id_>", "paper_day")
def paper_slips(id_: int) -> str:
    """Show the fields for a line of a slip, and what was typed of this outage."""
    return _slips(id_, None, None)


@route("/paper/<int:id_>", "paper_day", methods=("POST",))
def type_line(id_: int) -> Page:
    """Judge one line. Form: `list` (a row), `item`, `code`, `time`, `payment`, `once`."""

    def work(conn: Conn) -> SlipLine:
        outage = paper_days.get(conn, id_)
        within(outage.office_id)
        return paper.type_line(runtime(), conn, _line(conn, outage), _code(), doer())

    try:
        line = runtime().database.run(work)
    except Refusal as refusal:
        status = 200 if _htmx() else status_of(refusal)
        return _slips(id_, None, refusal), status
    wake(runtime().redis)
    if not _htmx():
        session["told"] = f"paper_{line.outcome}_done"
        session["told_values"] = {"serial": line.serial, "digits": last_digits(line.number)}
        return go_to(url_for("office.paper_slips", id_=id_, list=line.list_id))
    return _slips(id_, line, None)


def _slips(id_: int, line: SlipLine | None, refusal: Refusal | None) -> str:
    with runtime().database.transaction() as conn:
        outage = paper_days.get(conn, id_)
        within(outage.office_id)
        lists = closing.of_day(conn, outage.office_id, outage.day)
        chosen = _chosen(lists)
        slip = returning.sheet(conn, returning.head(conn, chosen), reader()) if chosen else []
        typed = paper_days.lines(conn, id_)
    return render_template(
        "office/paper_typed.html" if _htmx() else "office/paper_slips.html",
        outage=outage,
        lists=lists,
        chosen=chosen,
        slip=slip,
        typed=typed,
        line=line,
        refused=word_of(refusal) if refusal else "",
        field=refusal.field if refusal else "",
        values={name: request.form.get(name, "") for name in _FIELDS} if refusal else {},
        mine=me().account.id == outage.opener,
        once=uuid4(),
    )


def _chosen(lists: list[Progress]) -> int:
    """Return the list whose slip is typed: that of the form or the query, else the first."""
    asked = given.whole(request.form or request.args, "list")
    known = [each.id for each in lists]
    return asked if asked in known else next(iter(known), 0)


def _line(conn: Conn, outage: Outage) -> NewLine:
    """Return what the form says. Raise `FormRefused` where a field cannot be read."""
    list_id = given.whole(request.form, "list") or 0
    if not list_id:
        raise FormRefused("paper_not_on_slip", field="item")
    head = returning.head(conn, list_id)
    within(head.office_id)
    if head.date != outage.day or head.office_id != outage.office_id:
        raise FormRefused("paper_no_such_time", field="time")
    item = _item(returning.lines(conn, list_id))
    try:
        said_at = datetime.combine(
            outage.day, calendar.read_time(request.form.get("time", "")), INDIA
        )
    except calendar.NoDay:
        raise FormRefused("paper_no_time", field="time") from None
    return NewLine(_once(), outage.id, list_id, item.serial, item.number, said_at, _payment())


def _item(lines: list[ReturnLine]) -> ReturnLine:
    """Return the line with that serial, last four digits or number."""
    typed = signs.bare(request.form.get("item", ""))[:_LONGEST]
    number = parse(typed)
    found = [
        each
        for each in lines
        if each.number == number
        or (len(typed) < 4 and typed == str(each.serial))
        or (len(typed) == 4 and typed == last_digits(each.number))
    ]
    if len(found) > 1:
        raise FormRefused("paper_several", field="item")
    if not found:
        raise FormRefused("paper_not_on_slip", field="item")
    return found[0]


def _code() -> str:
    """Return the digits of the code; "" where none is on the slip."""
    typed = re.sub(r"[ \-]", "", signs.bare(request.form.get("code", "")))
    if typed and not (typed.isdigit() and len(typed) == runtime().settings.code_length):
        raise FormRefused("paper_no_code", field="code")
    return typed


def _payment() -> Payment | None:
    payments: dict[str, Payment] = {"cash": "cash", "upi": "upi"}
    return payments.get(request.form.get("payment", ""))


def _once() -> UUID:
    return given.uuid(request.form, "once") or abort(400)


def _htmx() -> bool:
    return "HX-Request" in request.headers
