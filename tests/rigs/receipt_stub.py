"""The receipts of `tests/rigs/carrier_stub.py`, over HTTP to our hooks: as a carrier sends them.

Late, twice, reversed, before its own answer, of messages that are not ours: whenever a test says.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import requests

from tests.rigs.gateway import PUBLIC, SECRET, signature

News = Literal["sent", "delivered", "failed"]

_WORDS: Mapping[str, Mapping[News, Mapping[str, str]]] = {
    "twilio": {
        "sent": {"MessageStatus": "sent"},
        "delivered": {"MessageStatus": "delivered"},
        "failed": {"MessageStatus": "undelivered", "ErrorCode": "30005"},
    },
    "africastalking": {
        "sent": {"status": "Sent"},
        "delivered": {"status": "Success"},
        "failed": {"status": "Failed", "failureReason": "UserIsInactive"},
    },
}


@dataclass(frozen=True)
class Teller:
    """Tells `address` (of our web process) what became of messages, as the carrier `name`."""

    address: str
    name: Literal["twilio", "africastalking"]

    def tell(self, message: Mapping[str, Any], *news: News) -> None:
        """One receipt for each of `news`, in this order; `message` is one that the stub took."""
        for each in news:
            self._post(message["sid"], message.get("status_callback"), each)

    def tell_of_a_stranger(self, sid: str, news: News) -> None:
        """A receipt of a message that nobody here sent."""
        self._post(sid, None, news)

    def _post(self, sid: str, callback: str | None, news: News) -> None:
        form = dict(_WORDS[self.name][news])
        headers = {}
        if self.name == "twilio":
            path = callback.removeprefix(PUBLIC) if callback else "/hooks/twilio/status"
            form["MessageSid"] = sid
            headers["X-Twilio-Signature"] = signature(form, path)
        else:
            path = f"/hooks/africastalking/{SECRET}/delivery"
            form |= {"id": f"ATXid_{sid}", "phoneNumber": "+919876500001", "networkCode": "40445"}
        requests.post(
            self.address + path, data=form, headers=headers, timeout=20
        ).raise_for_status()
