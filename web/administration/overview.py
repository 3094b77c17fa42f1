"""The first page of the administration: what the user's role can look after."""

from __future__ import annotations

from flask import render_template

from web.administration.room import route


@route("", "administration")
def start() -> str:
    """Show the pages of the administration, with what each is for."""
    return render_template("administration/start.html")
