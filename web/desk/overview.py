"""The desk's first page: what the user's role can do."""

from __future__ import annotations

from flask import render_template

from web.desk.room import route


@route("", "enter")
def overview() -> str:
    """Show the links to the pages of the desk."""
    return render_template("desk/overview.html")
