"""Search by anything that a caller knows of an article. The query travels in bodies only."""

from __future__ import annotations

from typing import Final

from flask import redirect, render_template, request, session, url_for
from werkzeug.wrappers import Response

from india import calendar, signs
from postal import sought
from postal.desk import search
from web.desk.room import office_seen, reader, route, runtime
from web.replica import reading

_LONGEST: Final = 100
Page = str | Response | tuple[str, int]


@route("/find", "find", methods=("GET", "POST"))
def find() -> Page:
    """Show the search and its results; the session keeps it, so that Back shows the same list."""
    if request.method == "POST":
        session["query"] = request.form.get("query", "").strip()[:_LONGEST]
        session["day"] = signs.bare(request.form.get("day", ""))[:_LONGEST]
        return redirect(url_for("desk.find"))
    typed, written = str(session.get("query", "")), str(session.get("day", ""))
    try:
        day = calendar.read(written) if written else None
    except ValueError:
        page = render_template("desk/find.html", query=typed, day=written, refused="find_no_day")
        return page, 422
    query = search.read(typed)
    if not typed:
        return render_template("desk/find.html", query="", day=written)
    if query.empty:
        page = render_template("desk/find.html", query=typed, day=written, refused="find_unclear")
        return page, 422

    runtime().database.run(sought.catch_up)
    with reading() as conn:
        found = search.find(conn, query, day, office_seen())
    onlooker = reader()
    runtime().database.run(lambda conn: search.write_down(conn, onlooker, query, found))
    return render_template("desk/find.html", query=typed, day=written, found=found)
