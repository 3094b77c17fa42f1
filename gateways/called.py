"""The name that a call of ours carries: our message's id, and the proof that we gave it.

Where a carrier signs nothing, or not the whole request, whoever reaches its hook could ask for the
words of any call. The proof is an HMAC by the account's own key, and goes where only the carrier
reads it.
"""

from __future__ import annotations

import hashlib
import hmac
from typing import Final

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
