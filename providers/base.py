"""The types between a payment provider's file and the service. No provider's word goes past them.

Money is whole paise. The result of a call is a value: nothing is raised for what a provider or the
network does. `payments/upi.py` and `payments/rounds.py` decide what it leads to, never a provider.
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
    """An attempt to be paid. `tr`: the booking's reference. `ref`: the provider's id, if any."""

    id: int
    tr: str
    paise: int
    begun_at: datetime
    expires_at: datetime
    ref: str | None = None


@dataclass(frozen=True)
class Qr:
    """The QR code that the customer scans: a link to be drawn, or a picture (a data: URI)."""

    ref: str | None
    text: str | None = None
    image: str | None = None


@dataclass(frozen=True)
class Came:
    """A sum that was received, as a provider reports it. `tr`, `ref`: of the attempt, if it says.

    `payment_id` is the provider's own and identifies the sum for ever. `rrn`: the bank's reference.
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
    """An authentic call that is about no money received."""


@dataclass(frozen=True)
class UnreadableNotice:
    """An authentic call that cannot be understood: kept for people. `body` names no person."""

    why: str
    body: str = field(repr=False)


@dataclass(frozen=True)
class Notice:
    """One call of our hook by a provider. A repeat has the same `event_id`."""

    provider: ProviderName
    event_id: str
    kind: str  # the provider's own word
    what: Came | Ignored | UnreadableNotice


class UnauthenticNotice(Exception):
    """The call does not prove that it comes from the provider: the hook answers 403."""


@dataclass(frozen=True)
class ProviderRefused:
    """The provider refused, and would refuse again. `error` is short and holds no secret."""

    error: str


@dataclass(frozen=True)
class Unreachable:
    """No answer, or none that can be read: it may or may not have been done; ask again."""

    error: str


@dataclass(frozen=True)
class ProviderDenied(ProviderRefused):
    """The provider refused our keys and did not look at the request."""


@dataclass(frozen=True)
class Busy(Unreachable):
    """Too many calls: the provider did not look at the request."""


Failure = ProviderRefused | Unreachable


@dataclass(frozen=True)
class Closed:
    """The provider accepts no money by that QR code any more."""


@dataclass(frozen=True)
class Refunded:
    """The money is on its way back and cannot be stopped. `ref`: the provider's id of it."""

    ref: str


@dataclass(frozen=True)
class Refunding:
    """The provider accepted the order and has not executed it yet."""

    ref: str


@dataclass(frozen=True)
class NotRefunded:
    """The provider's final answer on an order that it had accepted: no money moves."""

    error: str


@dataclass(frozen=True)
class ToRefund:
    """A sum to be refunded whole. `key` is the same in every repeat. `ref`: of the attempt."""

    payment_id: str
    paise: int
    key: UUID
    ref: str | None
    refund_ref: str | None = None  # where it was ordered before


@dataclass(frozen=True)
class Listed:
    """A line of the provider's own list. `refunded`: paise refunded of it, if it says."""

    came: Came
    refunded: int | None


@dataclass(frozen=True)
class PaidOut:
    """The provider paid this sum out to the department's bank."""

    payment_id: str
    at: datetime


@dataclass(frozen=True)
class ProviderCall:
    """One call of a hook. Header names are lower case. The signature covers `body` as it is."""

    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)
    now: datetime


class Provider(Protocol):
    """One account. One instance per process, used by many threads, outside of any transaction."""

    name: ProviderName

    def make(self, attempt: Attempt) -> Qr | Failure:
        """Return a QR code for exactly that sum. Making it twice for one attempt does no harm."""
        ...


@runtime_checkable
class Watched(Protocol):
    """A provider that can be asked for sums received, and that refunds."""

    name: ProviderName

    def look(self, attempt: Attempt) -> Sequence[Came] | Failure:
        """Return all sums received for an attempt that has a `ref`."""
        ...

    def close(self, attempt: Attempt) -> Closed | Failure:
        """Close an attempt; one that is closed already stays closed."""
        ...

    def refund(self, due: ToRefund) -> Refunded | Refunding | NotRefunded | Failure:
        """Refund the sum, once however often it is called with the same key.

        `ProviderRefused` says that this call ordered nothing, not that no earlier one did.
        """
        ...

    def listed(self, day: date) -> Sequence[Listed] | Failure:
        """Return all sums received by QR code on a day (Asia/Kolkata)."""
        ...

    def settled(self, day: date) -> Sequence[PaidOut] | Failure:
        """Return the sums paid out to the department's bank on a day (Asia/Kolkata)."""
        ...


@runtime_checkable
class Hooked(Protocol):
    """A provider that calls our hook."""

    name: ProviderName

    def receive(self, request: ProviderCall) -> Notice:
        """Authenticate and read a call. Raises `UnauthenticNotice`."""
        ...
