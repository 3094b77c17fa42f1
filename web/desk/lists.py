"""The lists of an office on a day, and one list item by item."""

from __future__ import annotations

from flask import abort, render_template

from india.calendar import day_of
from postal.desk import lists
from postal.desk.lists import ListOfDay, ListOfDayItem
from store.database import Conn
from web.desk.room import reader, route, runtime, within
from web.staff.times import asked_day


@route("/offices/<int:id_>", "find")
def office(id_: int) -> str:
    """Show what each postman of an office had to deliver on a day (default: today)."""
    within(id_)
    day = asked_day() or day_of(runtime().now())
    with runtime().database.transaction() as conn:
        found = lists.office(conn, id_)
        if found is None:
            abort(404)
        of_day = lists.of_office(conn, id_, day)
    return render_template("desk/office.html", office=found, day=day, lists=of_day)


@route("/lists/<int:id_>", "find")
def sheet(id_: int) -> str:
    """Show one postman's list of a day, in walking order."""

    def look(conn: Conn) -> tuple[ListOfDay, list[ListOfDayItem]] | None:
        found = lists.get(conn, id_)
        if found is None:
            return None
        within(found.office_id)
        return found, lists.items(conn, found, reader())

    looked = runtime().database.run(look)
    if looked is None:
        abort(404)
    return render_template("desk/list.html", head=looked[0], lines=looked[1])
