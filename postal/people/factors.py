"""The second factor of the staff: what may be shown, and the one place that checks it.

At the sign-in and wherever a fresh one is asked for: an authenticator's number, a recovery code, or
a passkey's signature.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from postal.people import authenticator, passkeys
from postal.people.passkeys import RelyingParty
from postal.people.places import SignInPlace
from postal.people.sign_ins import SignIn
from store.database import Conn
from store.keyring import Keyring

Factor = Literal["number", "recovery", "passkey"]


@dataclass(frozen=True)
class TypedFactor:
    """A number or a recovery code, as it was typed."""

    text: str = field(repr=False)


@dataclass(frozen=True)
class SignedFactor:
    """What a passkey signed (the JSON of the browser), and for which service."""

    assertion: str = field(repr=False)
    party: RelyingParty


Shown = TypedFactor | SignedFactor


def verify(
    conn: Conn, mine: SignIn, shown: Shown, keys: Keyring, place: SignInPlace, now: datetime
) -> Factor | None:
    """Return which second factor of this person `shown` is; None: it is none, or comes too often.

    Whatever is right counts once. Wrong numbers and recovery codes are counted for account and
    place; a signature cannot be guessed. The caller notes what it proves.
    """
    if isinstance(shown, SignedFactor):
        right = passkeys.check(conn, mine, shown.assertion, shown.party, place, now)
        return "passkey" if right else None
    return authenticator.check_typed(conn, mine.account.id, shown.text, keys, place, now)
