"""An office's lists of a day, and one of them item by item."""

from __future__ import annotations

from flask import abort, render_template

from india.calendar import day_of
from postal.desk import lists as sheets
from postal.desk.lists import Sheet, SheetItem
from postal.people import access
from store.database import Conn
from web.desk.room import HELPERS, doer, route, runtime
from web.staff.times import asked_day


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
        access.note(conn, doer(), "opened", reason=reason)
        return found, sheets.items(conn, id_)

    looked = runtime().database.run(look)
    if looked is None:
        abort(404)
    return render_template("desk/list.html", head=looked[0], lines=looked[1])
