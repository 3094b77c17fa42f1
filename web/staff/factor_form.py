"""The second factor that a form shows: the fields of macros/factor.html as they come back."""

from __future__ import annotations

from typing import Final

from flask import request

from postal.people import passkeys
from postal.people.factors import Shown, SignedFactor, TypedFactor
from postal.people.passkeys import RelyingParty
from web.running import runtime

FIELDS: Final = ("second_factor", "assertion")


def party() -> RelyingParty:
    """Return what passkeys are bound to."""
    return passkeys.relying_party(runtime().settings.public_url)


def shown() -> Shown | None:
    """Return what the form shows; None: nothing was entered."""
    typed, assertion = (request.form.get(field, "") for field in FIELDS)
    if assertion:
        return SignedFactor(assertion, party())
    return TypedFactor(typed) if typed else None
