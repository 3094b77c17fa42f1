"""The page of data protection: what people ask of their data, and breaches, each with its clock."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, time
from typing import Final, get_args

from flask import redirect, render_template, request, session, url_for
from werkzeug.wrappers import Response

from india import calendar
from india import phone as phones
from india.calendar import INDIA, day_of
from postal.privacy import worklists
from postal.privacy.worklists import DataOutcome, DataWish, Identified, NewDataRequest, NotAsked
from store.database import Conn
from store.refusals import Refusal
from web import given
from web.desk.room import doer, reader, route, runtime
from web.staff.refusals import word_of

_STEPS: Final = ("board", "people", "report")


@route("/data-protection", "data_protection")
def data_protection() -> str:
    """Show what is asked and what was breached, the first due first."""
    return _page()


@route("/data-protection/requests", "data_protection", methods=("POST",))
def ask_data() -> Response | tuple[str, int]:
    """Write down what somebody asked of the own data."""

    def work(conn: Conn) -> None:
        try:
            number = phones.read(request.form.get("phone", ""))
        except ValueError:
            raise NotAsked from None
        new = NewDataRequest(
            request.form.get("what", ""),
            number,
            request.form.get("identified", ""),
            _moment("asked"),
            given.line(request.form, "note", worklists.LONGEST),
        )
        worklists.ask(conn, new, doer())

    return _done(work, "data_asked_done")


@route("/data-protection/requests/<int:id_>", "data_protection", methods=("POST",))
def answer_data(id_: int) -> Response | tuple[str, int]:
    """Close a request with what came of it."""
    outcome = request.form.get("outcome", "")
    said = given.line(request.form, "answer", worklists.LONGEST)
    return _done(
        lambda conn: worklists.answer(conn, id_, outcome, said, doer()), "data_answered_done"
    )


@route("/data-protection/breaches", "data_protection", methods=("POST",))
def open_breach() -> Response | tuple[str, int]:
    """Write down a breach; its 72 hours run from when it became known."""
    what = given.line(request.form, "breach", 2 * worklists.LONGEST)
    return _done(
        lambda conn: worklists.report_breach(conn, what, _moment("known"), doer()),
        "data_breach_done",
    )


@route("/data-protection/breaches/<int:id_>", "data_protection", methods=("POST",))
def tell_breach(id_: int) -> Response | tuple[str, int]:
    """Note that the Board or the people were told, or that the report is in."""
    step = request.form.get("step", "")
    return _done(lambda conn: worklists.told(conn, id_, step, doer()), "data_told_done")


def _moment(name: str) -> datetime:
    """Return the moment of the fields `name` and `name_time`, in India; now where there is none."""
    now = runtime().now()
    day = given.day(request.form, name)
    if day is None:
        return now
    typed = request.form.get(f"{name}_time", "")
    try:
        at = calendar.read_time(typed) if typed else time()
    except calendar.NoDay:
        raise NotAsked from None
    return datetime.combine(day, at, INDIA)


def _done(work: Callable[[Conn], object], told: str) -> Response | tuple[str, int]:
    try:
        runtime().database.run(work)
    except Refusal as refusal:
        return _page(word_of(refusal)), 422
    session["told"] = told
    return redirect(url_for("desk.data_protection"))


def _page(refused: str = "") -> str:
    now = runtime().now()

    def read(conn: Conn) -> str:
        return render_template(
            "desk/data_protection.html",
            asked=worklists.asked(conn, now, reader()),
            breaches=worklists.breaches(conn),
            wishes=get_args(DataWish),
            identified=get_args(Identified),
            outcomes=get_args(DataOutcome),
            steps=_STEPS,
            refused=refused,
            typed=request.form,
            now=now,
            today=day_of(now),
        )

    return runtime().database.run(read)
