"""The desk's first page: what one's role can do here."""

from __future__ import annotations

from flask import render_template

from web.desk.room import EVERYONE, route


@route("", EVERYONE)
def overview() -> str:
    """Where to go from here."""
    return render_template("desk/overview.html")
