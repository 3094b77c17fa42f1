"""The door of the administration: the first of its pages that the role may read."""

from __future__ import annotations

from flask import redirect, url_for
from werkzeug.wrappers import Response

from web.administration.room import me, route
from web.staff import navigation


@route("", "administration")
def start() -> Response:
    """Lead to the first page of the room that the user may open."""
    return redirect(url_for(navigation.door("nav_keep", me())))
