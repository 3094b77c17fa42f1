"""At night many are not texted by one click: the page says how many, and what time it is.

The page holds all that was typed, as that of the step-up does; its form goes to the same address.
"""

from __future__ import annotations

from typing import Final
from urllib.parse import urlsplit

from flask import Response, render_template, request
from flask.typing import ResponseReturnValue

from india import calendar
from web.running import runtime

_SAID: Final = "at_night"


def ask(people: int) -> ResponseReturnValue | None:
    """Return the page that asks whether `people` are texted now; None by day, or once confirmed."""
    now = runtime().now()
    if not people or calendar.is_awake(now) or request.form.get(_SAID) == "yes":
        return None
    typed = [
        (name, value)
        for name, value in request.form.items(multi=True)
        if name not in ("csrf_token", _SAID)
    ]
    page = render_template(
        "desk/night.html",
        typed=typed,
        people=people,
        clock=f"{calendar.local(now):%H:%M}",
        action=request.full_path.removesuffix("?"),
        back=urlsplit(request.referrer or "").path,
    )
    if "HX-Request" not in request.headers:
        return Response(page, 409, mimetype="text/html")
    # The whole page asks, not a part of it; htmx shows no answer that is an error.
    whole = {"HX-Retarget": "body", "HX-Reswap": "outerHTML"}
    return Response(page, 200, whole, mimetype="text/html")
