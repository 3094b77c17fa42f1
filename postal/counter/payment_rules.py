"""The rules for incoming money and payment attempts: pure, and the only place that decides.

`postal/counter/payments.py`, `postal/counter/credits.py` and `payments/upi.py` apply them under the
booking's row lock. docs/payments.md explains them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Final, Literal

from postal.counter.groups import GroupState

AttemptState = Literal["initiated", "shown", "paid", "expired", "withdrawn", "failed"]
CreditState = Literal["booked", "refund_due", "refunded"]
Cause = Literal["unknown", "twice", "cancelled", "amount", "not_booked"]
Way = Literal["provider", "upi", "cash"]

OPEN: Final[tuple[AttemptState, ...]] = ("initiated", "shown")

MOVES: Final[Mapping[AttemptState, frozenset[AttemptState]]] = MappingProxyType(
    {
        "initiated": frozenset({"shown", "paid", "expired", "withdrawn", "failed"}),
        "shown": frozenset({"paid", "expired", "withdrawn"}),
        # Money came late: the attempt was paid after all.
        "expired": frozenset({"paid"}),
        "withdrawn": frozenset({"paid"}),
        "failed": frozenset({"paid"}),
        "paid": frozenset(),
    }
)
"""The states that may follow each state of an attempt."""


@dataclass(frozen=True)
class BookingStanding:
    """A booking when money comes, under its lock. `paise`: its price at that moment."""

    state: GroupState
    paise: int


@dataclass(frozen=True)
class Book:
    """The verdict that the money is the booking's price: book it."""


@dataclass(frozen=True)
class Due:
    """The verdict that the money goes back, because of `cause`."""

    cause: Cause


def judge(paise: int, booking: BookingStanding | None) -> Book | Due:
    """Decide about a sum that came. `booking`: None if it is not known for which it came.

    When the attempt ran out does not matter, nor by which of a booking's attempts the sum came:
    as long as the booking waits for payment, the exact price books it.
    """
    if booking is None:
        return Due("unknown")
    match booking.state:
        case "booked":
            return Due("twice")
        case "cancelled":
            return Due("cancelled")
    # Never guess, not even if a sum is a hundred times too much or too little because somebody
    # took paise for rupees.
    return Book() if paise == booking.paise else Due("amount")


def mixed_up(paise: int, due: int) -> bool:
    """Tell whether paise and rupees were probably mixed up in a wrong sum, as a hint for people."""
    return due > 0 and (paise == 100 * due or due == 100 * paise)


# A hook reports within seconds; polling covers hooks that are switched off or lost.
_LOOK_EVERY: Final = timedelta(seconds=3)
# Money may still come after an attempt has ended: seconds before each further look.
_LATER: Final = (30, 120, 600, 3_600, 6 * 3_600, 24 * 3_600)


def next_look(ended_at: datetime | None, looks: int, now: datetime) -> datetime | None:
    """Return when to ask the provider again about an attempt that was asked about `looks` times
    since it ended; None: never, because reconciliation finds the rest."""
    if ended_at is None:
        return now + _LOOK_EVERY
    return now + timedelta(seconds=_LATER[looks]) if looks < len(_LATER) else None


# Seconds before asking again, when the provider did not answer or has not done it yet.
_REFUND_AGAIN: Final = (5, 30, 120, 600, 1_800, 3_600)


def next_refund(asked_at: datetime, now: datetime) -> datetime:
    """Return when to ask again about a refund under way: soon at first, then hourly, without end.

    It is somebody's money, so it is never given up; the postmaster's page shows it meanwhile.
    """
    age = (now - asked_at).total_seconds()
    wait = next((step for step in _REFUND_AGAIN if age < 4 * step), _REFUND_AGAIN[-1])
    return now + timedelta(seconds=wait)
