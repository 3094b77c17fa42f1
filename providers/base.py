"""What every payment provider's file gives and gets. No provider's word travels past these types.

Money is paise, whole. What a call came to is a value: nothing is raised for what a provider or the
network does. What to do about it is decided in `payments/upi.py` and `payments/rounds.py`, never in
a provider.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal, Protocol, runtime_checkable
from uuid import UUID

ProviderName = Literal["static", "razorpay", "cashfree", "simulator"]
NAMES: tuple[ProviderName, ...] = ("static", "razorpay", "cashfree", "simulator")


@dataclass(frozen=True)
class Attempt:
    """An attempt to be paid. `tr`: of the booking. `ref`: the provider's name for it, if any."""

    id: int
    tr: str
    paise: int
    begun_at: datetime
    expires_at: datetime
    ref: str | None = None


@dataclass(frozen=True)
class Qr:
    """What the customer scans: a link that is drawn as a QR code, or a picture (a data: URI)."""

    ref: str | None
    text: str | None = None
    image: str | None = None


@dataclass(frozen=True)
class Came:
    """A sum that a provider says has come. `tr`, `ref`: what it says of the attempt.

    `payment_id` is the provider's own and names this sum for ever. `rrn`: the bank's reference.
    """

    provider: ProviderName
    payment_id: str
    paise: int
    at: datetime
    tr: str | None = None
    ref: str | None = None
    rrn: str | None = None


@dataclass(frozen=True)
class Ignored:
    """Something authentic that brings no money."""


@dataclass(frozen=True)
class Unreadable:
    """Something authentic that cannot be understood: kept for people. `body` names nobody."""

    why: str
    body: str = field(repr=False)


@dataclass(frozen=True)
class Notice:
    """One call of a provider's to our hook. A repeat has the same `event_id`."""

    provider: ProviderName
    event_id: str
    kind: str  # the provider's own word
    what: Came | Ignored | Unreadable


class UnauthenticNotice(Exception):
    """The call does not come from the provider that it claims: the hook answers 403."""


@dataclass(frozen=True)
class ProviderRefused:
    """The provider says no, and would say so again. `error` is short and holds no secret."""

    error: str


@dataclass(frozen=True)
class Unreachable:
    """No answer, or none that can be read: it may or may not have been done. Ask again."""

    error: str


@dataclass(frozen=True)
class ProviderDenied(ProviderRefused):
    """The provider does not take our keys: it did not look at what we asked for."""


@dataclass(frozen=True)
class Busy(Unreachable):
    """Too many calls: the provider did not look at what we asked for."""


Failure = ProviderRefused | Unreachable


@dataclass(frozen=True)
class Closed:
    """The provider takes no money by that QR code any more."""


@dataclass(frozen=True)
class Refunded:
    """The money is on its way back and cannot be stopped. `ref`: the provider's refund."""

    ref: str


@dataclass(frozen=True)
class Refunding:
    """The provider took the order and has not done it yet."""

    ref: str


@dataclass(frozen=True)
class NotRefunded:
    """The provider's own last word on an order that it had taken: no money moves by it."""

    error: str


@dataclass(frozen=True)
class ToRefund:
    """A sum to be given back whole. `key` is the same in every repeat. `ref`: of the attempt."""

    payment_id: str
    paise: int
    key: UUID
    ref: str | None
    refund_ref: str | None = None  # where it was asked for already


@dataclass(frozen=True)
class Listed:
    """A line of the provider's own list. `refunded`: paise that it has given back of it.

    None: the list does not say.
    """

    came: Came
    refunded: int | None


@dataclass(frozen=True)
class Settled:
    """The provider paid this sum out to the department's bank."""

    payment_id: str
    at: datetime


@dataclass(frozen=True)
class Request:
    """One call to a hook. Header names are lower case. The signature is over `body` as it is."""

    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)
    now: datetime


class Provider(Protocol):
    """One account. Made once per process and used by many threads; none of it in a transaction."""

    name: ProviderName

    def make(self, attempt: Attempt) -> Qr | Failure:
        """A QR code for exactly that sum. Made twice for one attempt does no harm."""
        ...


@runtime_checkable
class Watched(Protocol):
    """A provider that can be asked what came, and gives money back."""

    name: ProviderName

    def look(self, attempt: Attempt) -> Sequence[Came] | Failure:
        """All that came for an attempt that has a `ref`."""
        ...

    def close(self, attempt: Attempt) -> Closed | Failure:
        """Stops an attempt. One that is closed already is closed."""
        ...

    def refund(self, due: ToRefund) -> Refunded | Refunding | NotRefunded | Failure:
        """Gives the sum back, once however often it is called with the same key.

        `ProviderRefused` says that this call ordered nothing, not that no earlier one did.
        """
        ...

    def listed(self, day: date) -> Sequence[Listed] | Failure:
        """All that came to the department on a day (Asia/Kolkata) by QR code."""
        ...

    def settled(self, day: date) -> Sequence[Settled] | Failure:
        """What was paid out to the department's bank on a day (Asia/Kolkata)."""
        ...


@runtime_checkable
class Hooked(Protocol):
    """A provider that calls our hook."""

    name: ProviderName

    def receive(self, request: Request) -> Notice:
        """Authenticates and reads a call. Raises `UnauthenticNotice`."""
        ...
