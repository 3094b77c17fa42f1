"""What every carrier's file gives and gets. No carrier's word travels past these types.

`receive` authenticates an HTTP request and parses it; `send` submits one message and says
what became of it as a value. What to *do* about an outcome is decided in one place,
`outbox/policy.py`, never in a gateway.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Literal, Protocol, runtime_checkable

from india.phone import e164
from messages.catalogue import Channel
from messages.speech import Speech


class ReceiptStatus(StrEnum):
    """How far a message has come, as a carrier tells it. The order of arrival means nothing."""

    SENT = "sent"  # accepted or on its way: no news about the handset
    DELIVERED = "delivered"
    FAILED = "failed"  # final: this carrier will not deliver it
    UNCERTAIN = "uncertain"  # a word that we do not know: stored, shown, counted, changes nothing


class Reason(StrEnum):
    """Why a carrier refused, in words that do not depend on the carrier."""

    BAD_NUMBER = "bad_number"  # cannot be a mobile that receives texts
    OPTED_OUT = "opted_out"  # the person told the carrier STOP
    BLOCKED = "blocked"  # do-not-disturb, blacklist, carrier violation
    TEMPLATE = "template"  # DLT: not the sentence that is registered, or none is
    UNREACHABLE = "unreachable"  # handset off, absent, unknown: may pass later
    EXPIRED = "expired"
    CONFIGURATION = "configuration"  # our key, sender, region or balance is wrong
    TEXT = "text"  # too long or refused content
    CARRIER = "carrier"  # the carrier's own fault
    UNKNOWN = "unknown"


_E164 = re.compile(r"\+[1-9][0-9]{6,14}", re.ASCII)


def attested(raw: str) -> str | None:
    """The E.164 number that a carrier says a text came from; None for a name or a short code.

    Carriers know numbers that libphonenumber does not know yet: the shape is enough.
    """
    bare = raw.strip()
    return bare if _E164.fullmatch(bare) else e164(bare)


@dataclass(frozen=True)
class Request:
    """One HTTP request to a hook, freed from the web framework.

    `url` is the public URL (PUBLIC_URL + path + query) that the carrier signed.
    Header names are lower case. `form` holds every form field received, blanks too.
    """

    url: str = field(repr=False)  # its path may hold the secret
    headers: Mapping[str, str]
    body: bytes = field(repr=False)
    form: Mapping[str, str] = field(repr=False)
    query: Mapping[str, str] = field(repr=False)
    secret: str = field(default="", repr=False)  # the secret part of the path, if the hook has one


class Unauthentic(Exception):
    """The request does not come from the carrier that it claims: the hook answers 403."""


@dataclass(frozen=True)
class Inbound:
    """A text that a person sent. `phone` is E.164; `carrier_at` is aware or None.

    `channel` voice: a missed call, and `text` is what it stands for.
    """

    gateway: str
    carrier_id: str
    phone: str
    text: str = field(repr=False)
    carrier_at: datetime | None = None
    opting: Literal["stop", "start"] | None = None  # the carrier understood it so, and acted on it
    channel: Channel = "text"


@dataclass(frozen=True)
class Unreadable:
    """Something authentic that is not a usable text: kept for the help desk, never dropped."""

    gateway: str
    carrier_id: str | None
    reason: str
    text: str = field(repr=False)
    phone: str | None = None
    channel: Channel = "text"


@dataclass(frozen=True)
class Dialled:
    """One answer of a person who is dialled in. `text`: all typed so far, joined by `*`.

    A session is known by its id, its telephone and its service code together. What is typed may be
    a PIN or a code: it is in no repr and in no log.
    """

    gateway: str
    session: str
    phone: str
    service: str
    text: str = field(repr=False)


@dataclass(frozen=True)
class HungUp:
    """The carrier says that a session is over. `finished`: by our last screen, not before."""

    gateway: str
    session: str
    phone: str
    service: str
    finished: bool


@dataclass(frozen=True)
class TakenUp:
    """A person has taken up a call of ours, and the carrier asks what to say.

    `message_id`: ours, where the request proves that it names the call that we asked for.
    """

    gateway: str
    carrier_id: str
    phone: str
    message_id: int | None


@dataclass(frozen=True)
class Receipt:
    """A carrier's news about a message of ours. `word` is the carrier's own status word."""

    gateway: str
    carrier_id: str
    message_id: int | None
    status: ReceiptStatus
    word: str
    reason: Reason | None = None
    error: str | None = None  # the carrier's own error code or text


@dataclass(frozen=True)
class Outgoing:
    """One message on its way out. `text` may hold a code: it has no repr. A call's never does."""

    message_id: int
    phone: str
    text: str = field(repr=False)
    template: str
    language: str
    not_after: datetime
    first_tried_at: datetime | None = None
    # For the look-up of a call: the carrier's ids of other late calls to this telephone; None
    # stands for one that may have been made, and whose id is not known.
    other_calls: tuple[str | None, ...] = ()


@dataclass(frozen=True)
class Sent:
    """The carrier has it. `status` is SENT, or DELIVERED where the answer already says so."""

    carrier_id: str
    status: ReceiptStatus = ReceiptStatus.SENT


@dataclass(frozen=True)
class Retry:
    """Not accepted, may be later. `after`: seconds that the carrier asked for, or None."""

    reason: Reason
    error: str
    after: float | None = None


@dataclass(frozen=True)
class Rejected:
    """Not accepted and never will be as it stands."""

    reason: Reason
    error: str


@dataclass(frozen=True)
class UnknownOutcome:
    """The request went out and no answer came: it may or may not have been accepted."""

    error: str


Outcome = Sent | Retry | Rejected | UnknownOutcome


class Gateway(Protocol):
    """A carrier. Instances are made once per process and used by many threads."""

    name: str
    rate: float  # messages per second that the carrier takes from us
    dlt: bool  # it hands DLT ids to Indian operators, who drop what is not registered
    address: str  # the URL that texts are submitted to; "": nothing leaves this machine

    def send(self, message: Outgoing) -> Outcome:
        """Submits `message`. Never raises for anything the carrier or the network does."""
        ...

    def look_up(self, message: Outgoing) -> Outcome:
        """Asks the carrier what became of a submit whose answer never came.

        `Sent`: it was accepted. `Retry`: it certainly was not, submit again.
        `UnknownOutcome`: the carrier cannot tell, or did not answer.
        """
        ...

    def receive_text(self, request: Request) -> Inbound | Unreadable:
        """Authenticates and parses an inbound text. Raises `Unauthentic`."""
        ...

    def receive_receipt(self, request: Request) -> Receipt | Unreadable:
        """Authenticates and parses a delivery receipt. Raises `Unauthentic`."""
        ...


@runtime_checkable
class UssdGateway(Protocol):
    """A carrier that people can dial in through."""

    name: str

    def receive_ussd(self, request: Request) -> Dialled | HungUp | Unreadable:
        """Authenticates and parses one request of a session. Raises `Unauthentic`."""
        ...

    def showing(self, text: str, end: bool) -> str:
        """Return the body of the answer that shows `text`; `end`: it takes no reply."""
        ...


@runtime_checkable
class VoiceGateway(Gateway, Protocol):
    """A carrier that makes calls (`send`) and tells of missed ones. Its name ends in `_voice`."""

    def receive_call(self, request: Request) -> Inbound | TakenUp | Receipt | Unreadable:
        """Authenticates and parses what a carrier tells of a call. Raises `Unauthentic`.

        `Inbound`: somebody calls us; it is to be rejected at once. `TakenUp`: say something now.
        `Receipt`: news of a call; nothing is to be said in it any more.
        """
        ...

    def saying(self, speech: Speech) -> str:
        """The body of the answer that makes the carrier say `speech` and hang up."""
        ...

    def rejecting(self) -> str:
        """The body of the answer that ends a call before it costs the caller anything."""
        ...

    def ending(self) -> str:
        """The body of the answer to news of a call; empty where the carrier expects nothing."""
        ...
