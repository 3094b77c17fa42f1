"""The door of the administration: the first of its pages that the role may read."""

from __future__ import annotations

from flask import redirect, url_for
from werkzeug.wrappers import Response

from web.administration.room import me, route

_FIRST = "administration.staff"


@route("", "administration")
def start() -> Response:
    """Lead to the staff, or to the postmen of an office."""
    return redirect(url_for(_FIRST if me().may(_FIRST) else "administration.postmen"))
