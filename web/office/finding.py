"""Search for an article of the own office by its number, or the last digits of it."""

from __future__ import annotations

from typing import Final

from flask import redirect, render_template, request, session, url_for
from werkzeug.wrappers import Response

from postal import sought
from postal.desk import search
from postal.desk.search import Query
from postal.office.last_lists import last_lists
from web.office.room import office_seen, reader, route, runtime
from web.replica import reading

_LONGEST: Final = 100
Page = str | Response | tuple[str, int]


@route("/find", "deliver", methods=("GET", "POST"))
def find() -> Page:
    """Show the articles with what was typed; the session keeps it, so that Back shows them again.

    Names and telephones are the help desk's (postal/people/rights.py, "find").
    """
    if request.method == "POST":
        session["query"] = request.form.get("query", "").strip()[:_LONGEST]
        return redirect(url_for("office.find"))
    typed = str(session.get("query", ""))
    read = search.read(typed)
    query = Query(article=read.article, last_digits=read.last_digits)
    if not typed:
        return render_template("office/find.html", query="", found=None)
    if query.empty:
        page = render_template(
            "office/find.html", query=typed, found=None, refused="office_find_unclear"
        )
        return page, 422

    runtime().database.run(sought.catch_up)
    with reading() as conn:
        found = search.find(conn, query, None, office_seen())
        lists = last_lists(conn, [each.id for each in found.articles], office_seen())
    onlooker = reader()
    runtime().database.run(lambda conn: search.write_down(conn, onlooker, query, found))
    return render_template("office/find.html", query=typed, found=found.articles, lists=lists)
