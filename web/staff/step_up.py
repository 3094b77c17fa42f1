"""The step-up: whoever signs shows the second factor of the last five minutes.

The page that asks for it holds all that was typed; its form goes to the same address, so nothing is
lost and nothing is kept on the server.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from flask import Response, render_template, request
from flask.typing import ResponseReturnValue

from postal.people import factors, sign_ins
from postal.people.factors import Shown
from store.database import Conn
from web.running import runtime
from web.staff.places import here

if TYPE_CHECKING:
    from web.staff.rooms import Member

_FIELDS: Final = ("number", "assertion")  # of macros/factor.html
_OURS: Final = ("csrf_token", *_FIELDS)


def ask(member: Member, shown: Shown) -> ResponseReturnValue | None:
    """Return the page that asks for the second factor; None where it is fresh, or right now.

    A wrong one is counted with the wrong tries of the sign-in.
    """
    now = runtime().now()
    if member.sign_in.is_fresh(now):
        return None
    entered = any(request.form.get(field) for field in _FIELDS)

    def confirm(conn: Conn) -> bool:
        keys = runtime().keys
        if factors.verify(conn, member.sign_in, shown, keys, here(), now) is None:
            return False
        member.sign_in = sign_ins.note_factor(conn, member.sign_in, now)
        return True

    if entered and runtime().database.run(confirm):
        return None
    typed = [(name, value) for name, value in request.form.items(multi=True) if name not in _OURS]
    page = render_template(
        "desk/step_up.html",
        typed=typed,
        action=request.full_path.removesuffix("?"),
        refused="second_factor_wrong" if entered else None,
    )
    if "HX-Request" not in request.headers:
        return Response(page, 401, mimetype="text/html")
    # The whole page asks, not a part of it; htmx shows no answer that is an error.
    whole = {"HX-Retarget": "body", "HX-Reswap": "outerHTML"}
    return Response(page, 200, whole, mimetype="text/html")
