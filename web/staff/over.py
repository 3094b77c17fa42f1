"""The sign-in over the page: who was away too long signs in again without losing the page.

web/static/staff/sign_in.js sends its requests with `ASKS`, and is answered with parts of pages and
with `SAYS`. A browser without it gets the pages of the sign-in (web/desk/entrance.py).
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from typing import Final

from flask import Response, current_app, jsonify, render_template, request
from flask_wtf.csrf import generate_csrf

ASKS: Final = "Dakiya-Over"
SAYS: Final = "Dakiya-Sign-In"
LEFT: Final = "Dakiya-Sign-In-Left"
_DRAFTS: Final = b"dakiya/kept-forms/1/"


def asked() -> bool:
    """Tell whether the request comes from a page that can sign in over itself."""
    return ASKS in request.headers


def ended() -> Response | None:
    """Return that the sign-in has ended, for such a page; None for any other browser."""
    return Response(status=401, headers={SAYS: "ended"}) if asked() else None


def step(name: str, refused: str | None = None, status: int = 200) -> tuple[str, int]:
    """Return the form of one step: `password` or `factor`."""
    return render_template("desk/over.html", step=name, refused=refused), status


def done(account: int, left: int, home: str) -> Response:
    """Return that somebody is signed in: whose page it is now, and the token of its forms."""
    answer = jsonify(account=account, left=left, home=home, csrf=generate_csrf())
    answer.headers[SAYS] = "done"
    return answer


def elsewhere(address: str) -> Response:
    """Return that the sign-in goes on in a page of its own: no page was left by this person."""
    answer = jsonify(home=address)
    answer.headers[SAYS] = "elsewhere"
    return answer


def key_of(account: int) -> str:
    """Return the key that seals what a browser keeps of this account's unfinished forms.

    Only the pages of that account have it: on a shared computer nobody else reads what is kept.
    """
    secret = str(current_app.secret_key).encode()
    return base64.b64encode(
        hmac.digest(secret, _DRAFTS + str(account).encode(), hashlib.sha256)
    ).decode()
