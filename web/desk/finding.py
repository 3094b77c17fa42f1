"""Find: one box for whatever somebody can say of their post. It travels in bodies alone."""

from __future__ import annotations

from datetime import date
from typing import Final

from flask import redirect, render_template, request, session, url_for
from werkzeug.wrappers import Response

from postal.desk import search
from postal.desk.search import Found, Query
from postal.people import access
from store.database import Conn
from web.desk.room import HELPERS, doer, route, runtime

_LONGEST: Final = 100
Page = str | Response | tuple[str, int]


@route("/find", HELPERS, methods=("GET", "POST"))
def find() -> Page:
    """The box, and what it found. It remembers: Back leads to the same list, with no question."""
    if request.method == "POST":
        session["query"] = request.form.get("query", "").strip()[:_LONGEST]
        session["day"] = request.form.get("day", "")[:10]
        return redirect(url_for("desk.find"))
    typed, written = str(session.get("query", "")), str(session.get("day", ""))
    try:
        day = date.fromisoformat(written) if written else None
    except ValueError:
        page = render_template("desk/find.html", query=typed, day=written, refused="find_no_day")
        return page, 422
    query = search.read(typed)
    if not typed:
        return render_template("desk/find.html", query="", day=written)
    if query.empty:
        page = render_template("desk/find.html", query=typed, day=written, refused="find_unclear")
        return page, 422

    def look(conn: Conn) -> Found:
        found = search.find(conn, query, day)
        _note(conn, query, found)
        return found

    found = runtime().database.run(look)
    return render_template("desk/find.html", query=typed, day=written, found=found)


def _note(conn: Conn, query: Query, found: Found) -> None:
    by = doer()
    if query.phone is not None:
        access.note(conn, by, "found", phone=query.phone)
    elif found.articles:
        # Names stand in the list; whoever is opened is noted by the page.
        access.note(conn, by, "found", article_id=found.articles[0].id)
