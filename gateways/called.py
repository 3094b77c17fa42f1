"""What carriers of calls have in common: the name that a call of ours carries, and how they answer.

The name is our message's id and the proof that we gave it. Where a carrier signs nothing, or not
the whole request, whoever reaches its hook could ask for the words of any call. The proof is an
HMAC by the account's own key, and goes where only the carrier reads it.
"""

from __future__ import annotations

import hashlib
import hmac
from typing import Final
from xml.etree import ElementTree

from gateways.base import (
    Inbound,
    Outcome,
    Outgoing,
    Request,
    Unauthentic,
    UnknownOutcome,
    Unreadable,
)

_PURPOSE: Final = b"dakiya/call/1/"


class CallNames:
    """Names by one key. `key`: a secret of the carrier's account."""

    def __init__(self, key: str) -> None:
        self._key = key.encode()

    def of(self, message_id: int) -> str:
        """Return the name of the call for the message `message_id`."""
        number = str(message_id)
        proof = hmac.new(self._key, _PURPOSE + number.encode(), hashlib.sha256).hexdigest()
        return f"{number}-{proof}"

    def read(self, given: str) -> int | None:
        """Return the id of the message that `given` names; None for a name that is not ours."""
        number = given.partition("-")[0]
        if not (number.isascii() and number.isdigit() and len(number) < 19):
            return None
        ours = self.of(int(number)).encode()
        same = hmac.compare_digest(given.encode("utf-8", "surrogatepass"), ours)
        return int(number) if same else None


class CallsAlone:
    """A gateway by which only calls go out and come in, and whose calls are not looked up."""

    dlt = False

    def look_up(self, message: Outgoing) -> Outcome:
        """Return unknown: a call is found by an id that we do not have yet."""
        return UnknownOutcome("a call without an answer cannot be found")

    def receive_text(self, request: Request) -> Inbound | Unreadable:
        """Refuse: texts come by another gateway, if at all."""
        raise Unauthentic


def xml(response: ElementTree.Element) -> str:
    """Return the document that tells a carrier what to do in a call."""
    written = ElementTree.tostring(response, encoding="unicode")
    return f'<?xml version="1.0" encoding="UTF-8"?>{written}'
