"""The delivery office's first page."""

from __future__ import annotations

from flask import render_template

from web.office.room import CLERKS, route


@route("", CLERKS)
def start() -> str:
    """What there is to do at this office."""
    return render_template("office/start.html")
