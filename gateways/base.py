"""The types between a carrier's folder and the service. No carrier's own word goes past them.

`receive` authenticates an HTTP request and parses it; `send` submits one message and returns the
outcome as a value. `outbox/policy.py` alone decides what an outcome leads to, never a gateway.
"""

from __future__ import annotations

import hmac
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Final, Literal, Protocol, runtime_checkable

from india.phone import e164, without_trunk
from messages.catalogue import Channel
from messages.speech import Speech


class ReceiptStatus(StrEnum):
    """The progress of a message as its carrier reports it. Reports arrive in any order."""

    SENT = "sent"  # accepted or under way: nothing known of the handset
    DELIVERED = "delivered"
    FAILED = "failed"  # final: this carrier will not deliver it
    UNCERTAIN = "uncertain"  # an unknown status word: stored, shown, counted, changes nothing


class Reason(StrEnum):
    """The reason of a refusal, independent of the carrier."""

    BAD_NUMBER = "bad_number"  # cannot be a mobile telephone that receives texts
    OPTED_OUT = "opted_out"  # the person told the carrier STOP
    BLOCKED = "blocked"  # blacklist, carrier violation
    DO_NOT_DISTURB = "do_not_disturb"  # on the regulator's list, or the person asked the operator
    INBOX_FULL = "inbox_full"  # the handset has no room: the person must delete something
    TEMPLATE = "template"  # DLT: the sentence is not the registered one, or none is registered
    UNREACHABLE = "unreachable"  # handset off, absent, unknown: may pass later
    EXPIRED = "expired"
    CONFIGURATION = "configuration"  # our key, sender, region or balance is wrong
    TEXT = "text"  # too long or refused content
    CARRIER = "carrier"  # the carrier's own fault
    UNKNOWN = "unknown"


_E164 = re.compile(r"\+[1-9][0-9]{6,14}", re.ASCII)


def attested(raw: str) -> str | None:
    """Return the E.164 number that a carrier names as the origin; None for a name or a short code.

    The shape suffices: carriers know numbers that libphonenumber does not know yet.
    """
    bare = raw.strip()
    return e164(bare) or (without_trunk(bare) if _E164.fullmatch(bare) else None)


@dataclass(frozen=True)
class Request:
    """One HTTP request to a hook, independent of the web framework.

    `url` is the public URL (PUBLIC_URL + path + query) that the carrier signed.
    Header names are lower case. `form` holds every form field received, empty ones too.
    """

    url: str = field(repr=False)  # its path may hold the secret
    headers: Mapping[str, str]
    body: bytes = field(repr=False)
    form: Mapping[str, str] = field(repr=False)
    query: Mapping[str, str] = field(repr=False)
    secret: str = field(default="", repr=False)  # the secret part of the path, if the hook has one


def prove_secret(request: Request, secret: str) -> None:
    """Raise `Unauthentic` unless the path of `request` holds `secret`, which is not empty."""
    given = request.secret.encode("utf-8", "surrogatepass")
    if not secret or not hmac.compare_digest(given, secret.encode()):
        raise Unauthentic


class Unauthentic(Exception):
    """The request does not prove that it comes from the carrier; the hook refuses it."""


@dataclass(frozen=True)
class TextPart:
    """A part of a long text. `ref`: the same for all its parts; 1 of 1: the carrier joined them."""

    ref: str
    number: int  # from 1
    total: int


WHOLE: Final = TextPart("", 1, 1)


@dataclass(frozen=True)
class Inbound:
    """A text that a person sent. `phone` is E.164; `carrier_at` is aware or None.

    `part`: None where the carrier does not say whether this is all of the text.

    `channel` voice: a missed call, and `text` is the meaning of the number that was called.
    """

    gateway: str
    carrier_id: str
    phone: str
    text: str = field(repr=False)
    carrier_at: datetime | None = None
    opting: Literal["stop", "start"] | None = None  # the carrier's own reading, acted on
    channel: Channel = "text"
    part: TextPart | None = None


@dataclass(frozen=True)
class Unreadable:
    """An authentic request that cannot be used as a text: kept for the help desk, never dropped."""

    gateway: str
    carrier_id: str | None
    reason: str
    text: str = field(repr=False)
    phone: str | None = None
    channel: Channel = "text"


@dataclass(frozen=True)
class Dialled:
    """One answer of a person in a USSD session. `text`: all typed so far, joined by `*`.

    Id, telephone and service code together identify a session. What is typed may be a PIN or a
    code: it is in no repr and in no log.
    """

    gateway: str
    session: str
    phone: str
    service: str
    text: str = field(repr=False)


@dataclass(frozen=True)
class HungUp:
    """A session is over, the carrier says. `finished`: it ended with our last screen."""

    gateway: str
    session: str
    phone: str
    service: str
    finished: bool


@dataclass(frozen=True)
class TakenUp:
    """A person has answered our call, and the carrier asks what to say.

    `message_id`: our id, where the request proves that it names the call that we ordered.
    """

    gateway: str
    carrier_id: str
    phone: str
    message_id: int | None


@dataclass(frozen=True)
class Pressed:
    """Keys that a person pressed in a call that we made; "": none, for as long as we listened.

    `hop`: which answer of the call this is, from 1; None where the carrier cannot say. No key is
    a secret, as no code is asked for, but what somebody presses is in no log.
    """

    gateway: str
    carrier_id: str
    phone: str
    message_id: int | None
    hop: int | None
    keys: str = field(repr=False)


@dataclass(frozen=True)
class CallStep:
    """What is said next in a call. `hop`: the number of the answer that is waited for."""

    speech: Speech = field(repr=False)
    message_id: int | None
    hop: int


@dataclass(frozen=True)
class Receipt:
    """A carrier's report on one of our messages. `word` is the carrier's own status word.

    `told_at`: when that was, by the carrier's clock, which may be off; aware. `part`: where the
    carrier reports on each part of a long text, which one, and of how many, if it says so.
    """

    gateway: str
    carrier_id: str
    message_id: int | None
    status: ReceiptStatus
    word: str
    reason: Reason | None = None
    error: str | None = None  # the carrier's own error code or text
    told_at: datetime | None = None
    part: str | None = None
    parts: int | None = None


@dataclass(frozen=True)
class Outgoing:
    """One message to be submitted. `text` may hold a code (in a call it never does): no repr.

    `valid_seconds`: for how long it may still be delivered. No time of day: the machine's clock
    may be off (store/clock.py).
    """

    message_id: int
    phone: str
    text: str = field(repr=False)
    template: str
    language: str
    valid_seconds: int
    first_tried_at: datetime | None = None
    # For the look-up of a call: the carrier's ids of other recent calls to this telephone; None
    # is a call that may have been made and whose id is unknown.
    other_calls: tuple[str | None, ...] = ()


@dataclass(frozen=True)
class Sent:
    """The carrier has accepted it. `status` is DELIVERED where the answer already says so."""

    carrier_id: str
    status: ReceiptStatus = ReceiptStatus.SENT


@dataclass(frozen=True)
class Retry:
    """The carrier refused it for now. `after`: seconds that the carrier asked for, or None."""

    reason: Reason
    error: str
    after: float | None = None


@dataclass(frozen=True)
class Rejected:
    """The carrier refused it and will refuse it again unless it changes."""

    reason: Reason
    error: str


@dataclass(frozen=True)
class UnknownOutcome:
    """The request was sent and no usable answer came: it may or may not have been accepted."""

    error: str


Outcome = Sent | Retry | Rejected | UnknownOutcome


CallReport = Inbound | TakenUp | Pressed | Receipt | Unreadable


class Gateway(Protocol):
    """A carrier. One instance per process, used by many threads."""

    name: str
    rate: float  # messages per second that the carrier takes from us
    dlt: bool  # it passes DLT ids to Indian operators, who drop what is not registered
    address: str  # where texts are submitted to; "": nothing leaves this machine

    def send(self, message: Outgoing) -> Outcome:
        """Submit `message`. Never raises for anything that the carrier or the network does."""
        ...

    def look_up(self, message: Outgoing) -> Outcome:
        """Ask the carrier about a submit whose answer never came.

        `Sent`: it was accepted. `Retry`: it certainly was not, so submit it again.
        `UnknownOutcome`: the carrier cannot tell, or did not answer.
        """
        ...

    def receive_text(self, request: Request) -> Inbound | Unreadable:
        """Authenticate and parse an inbound text. Raises `Unauthentic`."""
        ...

    def receive_receipt(self, request: Request) -> Receipt | Unreadable:
        """Authenticate and parse a delivery receipt. Raises `Unauthentic`."""
        ...


@runtime_checkable
class TextGateway(Protocol):
    """A carrier of texts, as the telephones of people know it."""

    name: str
    sender: str  # what telephones show as the sender; "": not known here
    validity: bool  # it ends a text that is not delivered in time (`Outgoing.valid_seconds`)


def sender_of(gateway: Gateway | None) -> str:
    """Return what telephones show as the sender of its texts; empty where it is not known."""
    return gateway.sender if isinstance(gateway, TextGateway) else ""


class NotTold(Exception):
    """The carrier did not say what it received; ask again later. Names the kind of the failure."""


@runtime_checkable
class ListingGateway(Protocol):
    """A carrier that can be asked which texts it received for us, also those whose hook failed."""

    name: str
    list_seconds: float  # between two questions; 0: it is never asked

    def received(self, since: datetime, until: datetime) -> Sequence[Inbound | Unreadable]:
        """Return the texts that came in this time, in any order. Raises `NotTold`."""
        ...


@dataclass(frozen=True)
class HookSetting:
    """How the carrier calls a hook of ours: whether that is right, and what to do where not."""

    right: bool
    says: str


@runtime_checkable
class ConfiguredGateway(Protocol):
    """A carrier that can be asked at which address it calls us, and how often it repeats."""

    name: str

    def hook_settings(self) -> Sequence[HookSetting]:
        """Return what is set at the carrier. Raises `NotTold`."""
        ...


@runtime_checkable
class UssdGateway(Protocol):
    """A carrier through which people dial USSD codes."""

    name: str

    def receive_ussd(self, request: Request) -> Dialled | HungUp | Unreadable:
        """Authenticate and parse one request of a session. Raises `Unauthentic`."""
        ...

    def showing(self, text: str, end: bool) -> str:
        """Return the response body that shows `text`; `end`: the session ends with it."""
        ...


@runtime_checkable
class VoiceGateway(Gateway, Protocol):
    """A carrier that makes calls (`send`) and reports missed ones. Its name ends in `_voice`."""

    caller: str  # the number that our calls come from, in E.164

    def receive_call(self, request: Request) -> CallReport:
        """Authenticate and parse a report on a call. Raises `Unauthentic`.

        `Inbound`: a person calls us; reject the call at once. `TakenUp`, `Pressed`: answer with the
        words to say. `Receipt`: the progress or end of a call; nothing more is said in it.
        """
        ...

    def saying(self, step: CallStep) -> str:
        """Return the response body that makes the carrier say the words of `step`.

        Then it waits for keys where they listen, and else hangs up.
        """
        ...

    def rejecting(self) -> str:
        """Return the response body that ends a call before it costs the caller anything."""
        ...

    def ending(self) -> str:
        """Return the response body to a report on a call; empty where none is expected."""
        ...


@runtime_checkable
class SignsOnce(Protocol):
    """A carrier that signs each request with a nonce, so that one which comes again is refused."""

    name: str

    def nonce_of(self, request: Request) -> str:
        """Authenticate a request and return its nonce. Raises `Unauthentic`."""
        ...


def caller_of(gateway: Gateway | None) -> str:
    """Return the number that telephones show for its calls; empty where it makes none."""
    return gateway.caller if isinstance(gateway, VoiceGateway) else ""
