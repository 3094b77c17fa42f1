"""A second factor on a form of the staff: its fields (macros/factor.html), and its check.

Whoever needs a fresh one shows `second_factor()` in a form and calls `verify` where it is sent to.
"""

from __future__ import annotations

from typing import Any

from flask_login import current_user

from postal.people import factors, passkeys
from postal.people.factors import Factor, TypedFactor
from store.database import Conn
from web.running import runtime
from web.staff.factor_form import shown
from web.staff.places import here
from web.staff.rooms import key, me, shared


def verify(conn: Conn) -> Factor | None:
    """Return which second factor of the signed-in person the form shows; None: none that counts.

    The caller's transaction must end well where it is wrong too: a wrong try is counted in it.
    """
    typed = shown() or TypedFactor("")
    return factors.verify(conn, me().sign_in, typed, key(), here(), runtime().now())


@shared.app_context_processor
def _means() -> dict[str, Any]:
    return {"has_passkey": _has_passkey}


def _has_passkey() -> bool:
    """Tell whether the person of this page has a passkey that opens."""
    if not current_user.is_authenticated:
        return False
    return runtime().database.run(lambda conn: passkeys.usable(conn, me().account))
