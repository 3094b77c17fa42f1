"""The simulated carrier of development and tests: telephones are on and reachable, but for some.

It transmits nothing: /phones and the API show what the outbox submitted (web/phones/simulator.py).
"""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any
from uuid import uuid4

from gateways.base import (
    Dialled,
    Inbound,
    Outcome,
    Outgoing,
    Reason,
    Receipt,
    ReceiptStatus,
    Rejected,
    Request,
    Sent,
    Unauthentic,
    Unreadable,
    attested,
)
from gateways.parts import WRONG_PART, WrongPart, numbered
from gateways.simulator.settings import SimulatorSettings
from gateways.storable import clean, identifier, line, whole
from settings import Settings

NAME = "simulator"
SERVICE = "*247#"  # what a simulated telephone dials; any other service code works too


class SimulatorGateway:
    """A carrier that accepts everything and delivers at once."""

    name = NAME
    dlt = False
    sender = ""
    validity = True  # it delivers at once

    def __init__(self, settings: Settings) -> None:
        own = SimulatorSettings.read(settings)
        self.rate = own.rate
        self.address = ""
        self.full = {phone.strip() for phone in own.inbox_full.split(",")}
        self.off = {phone.strip() for phone in own.switched_off.split(",")}

    def send(self, message: Outgoing) -> Outcome:
        if message.phone in self.full:
            return Rejected(Reason.INBOX_FULL, "the telephone has no room")
        carrier_id = f"sim-{message.message_id}"
        if message.phone in self.off:
            return Sent(carrier_id)
        return Sent(carrier_id, ReceiptStatus.DELIVERED)

    def look_up(self, message: Outgoing) -> Outcome:
        return self.send(message)

    def receive_text(self, request: Request) -> Inbound | Unreadable:
        """Read JSON `{"from", "text", "id", "at", "ref", "part", "parts"}`; two must be there.

        `at`, ISO 8601 with an offset, is when the carrier received the text from the telephone.
        `ref`, `part` and `parts`: it is that part of so many, which share the reference.
        """
        body = fields(request.body)
        given, text, named = body.get("from"), body.get("text"), body.get("id")
        phone = attested(given) if isinstance(given, str) else None
        carrier_id = identifier(named) if isinstance(named, str) else None
        if phone is None or not isinstance(text, str):
            why = "from (a telephone number) or text is missing"
            return Unreadable(
                NAME, carrier_id, why, text if isinstance(text, str) else whole(request), phone
            )
        try:
            part = numbered(*(_bare(body.get(name)) for name in ("ref", "part", "parts")))
        except WrongPart:
            return Unreadable(NAME, carrier_id, WRONG_PART, text, phone)
        at = _time(body.get("at"))
        return Inbound(NAME, carrier_id or uuid4().hex, phone, text, at, part=part)

    def receive_ussd(self, request: Request) -> Dialled | Unreadable:
        """Read JSON `{"session", "from", "text"}`; `text` is all that was typed, joined by `*`.

        `service`, the code that was dialled, is optional, and so is the first, empty text.
        """
        body = fields(request.body)
        named, given, text = body.get("session"), body.get("from"), body.get("text", "")
        service = body.get("service", SERVICE)
        session = identifier(named) if isinstance(named, str) else None
        phone = attested(given) if isinstance(given, str) else None
        if session is None or phone is None or not isinstance(text, str):
            # What was typed is not kept: any part of it may be a PIN.
            return Unreadable(NAME, None, "session, from or text is missing", "", phone)
        return Dialled(NAME, session, phone, line(str(service)), clean(text))

    def showing(self, text: str, end: bool) -> str:
        return json.dumps({"screen": text, "end": end}, ensure_ascii=False)

    def receive_receipt(self, request: Request) -> Receipt | Unreadable:
        """Refuse: the outcome of a send says already that it was delivered."""
        raise Unauthentic


def _bare(given: object) -> str | None:
    return str(given) if isinstance(given, str | int) else None


def _time(given: object) -> datetime | None:
    """Return an aware time; None for what is none."""
    try:
        at = datetime.fromisoformat(given) if isinstance(given, str) else None
    except ValueError:
        return None
    return at if at is not None and at.utcoffset() is not None else None


def fields(body: bytes) -> dict[str, Any]:
    """Return the fields of a JSON object; none for anything else.

    A byte that is not UTF-8 is U+FFFD: it must not lose the sender.
    """
    try:
        value = json.loads(body.decode("utf-8", "replace"))
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}
