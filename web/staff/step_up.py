"""The step-up: whoever signs shows the second factor of the last five minutes.

The page that asks for it holds all that was typed; its form goes to the same address, so nothing is
lost and nothing is kept on the server.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from flask import Response, render_template, request
from flask.typing import ResponseReturnValue

from postal.people import factors, sign_ins
from store.database import Conn
from web.running import runtime
from web.staff import factor_form
from web.staff.places import here

if TYPE_CHECKING:
    from web.staff.rooms import Member

_OURS: Final = ("csrf_token", *factor_form.FIELDS)


def ask(member: Member) -> ResponseReturnValue | None:
    """Return the page that asks for the second factor; None where it is fresh, or right now.

    A wrong one is counted with the wrong tries of the sign-in.
    """
    now = runtime().now()
    if member.sign_in.is_fresh(now):
        return None
    shown = factor_form.shown()

    def confirm(conn: Conn) -> bool:
        keys = runtime().keys
        if shown is None:
            return False
        if factors.verify(conn, member.sign_in, shown, keys, here(), now) is None:
            return False
        member.sign_in = sign_ins.note_factor(conn, member.sign_in, now)
        return True

    if shown is not None and runtime().database.run(confirm):
        return None
    typed = [(name, value) for name, value in request.form.items(multi=True) if name not in _OURS]
    page = render_template(
        "desk/step_up.html",
        typed=typed,
        action=request.full_path.removesuffix("?"),
        refused="second_factor_wrong" if shown is not None else None,
    )
    if "HX-Request" not in request.headers:
        return Response(page, 401, mimetype="text/html")
    # The whole page asks, not a part of it; htmx shows no answer that is an error.
    whole = {"HX-Retarget": "body", "HX-Reswap": "outerHTML"}
    return Response(page, 200, whole, mimetype="text/html")
