"""The door of the administration: the first of its pages that the role may read."""

from __future__ import annotations

from typing import Final

from flask import redirect, url_for
from werkzeug.wrappers import Response

from web.administration.room import me, route

_PAGES: Final = (
    "administration.staff", "administration.postmen", "administration.templates",
)  # fmt: skip


@route("", "administration")
def start() -> Response:
    """Lead to the staff, to the postmen of an office, or to the texts."""
    return redirect(url_for(next(each for each in _PAGES if me().may(each))))
