"""How long the sign-in lasts, and that its person types: asked by the page itself."""

from __future__ import annotations

from flask import Response, jsonify
from flask_login import current_user

from web.desk.room import me, open_route, route
from web.staff import over
from web.staff.rooms import seconds_left, shared


@open_route("/sign-in-left")
def sign_in_left() -> Response:
    """Return how many seconds the sign-in lasts, and whose it is; asking does not prolong it."""
    left = seconds_left()
    return jsonify(left=left, account=me().account.id if left else None)


@route("/sign-in-alive", "enter", methods=("POST",))
def sign_in_alive() -> Response:
    """Prolong the sign-in of somebody who types."""
    return jsonify(left=seconds_left(), account=me().account.id)


@shared.app_context_processor
def _kept() -> dict[str, str]:
    """Return the key of the forms that the browser keeps for this person."""
    if not current_user.is_authenticated or not current_user.sign_in.proved:
        return {}
    return {"kept_key": over.key_of(me().account.id)}
