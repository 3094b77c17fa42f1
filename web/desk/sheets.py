"""An office's lists of a day, and one of them item by item."""

from __future__ import annotations

from datetime import date

from flask import abort, render_template, request

from postal import access, sheets
from postal.calendar import day_of
from postal.sheets import Sheet, SheetItem
from store.database import Conn
from web.desk.room import HELPERS, me, route, runtime


@route("/offices/<int:id_>", HELPERS)
def office(id_: int) -> str:
    """What each postman of an office had to deliver on a day; without one: today."""
    day = asked_day() or day_of(runtime().now())
    with runtime().database.transaction() as conn:
        found = sheets.office(conn, id_)
        if found is None:
            abort(404)
        lists = sheets.of_office(conn, id_, day)
    return render_template("desk/office.html", office=found, day=day, lists=lists)


@route("/lists/<int:id_>", HELPERS)
def sheet(id_: int) -> str:
    """One postman's list of a day, in walking order."""

    def look(conn: Conn) -> tuple[Sheet, list[SheetItem]] | None:
        found = sheets.get(conn, id_)
        if found is None:
            return None
        reason = f"list {found.staff_id} {found.date}"
        access.note(conn, me().account.id, "opened", runtime().now(), reason=reason)
        return found, sheets.items(conn, id_)

    looked = runtime().database.run(look)
    if looked is None:
        abort(404)
    return render_template("desk/list.html", head=looked[0], lines=looked[1])


def asked_day() -> date | None:
    """The day in the address; what is no day is none."""
    try:
        return date.fromisoformat(request.args.get("day", ""))
    except ValueError:
        return None
