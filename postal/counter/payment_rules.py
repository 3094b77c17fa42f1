"""What becomes of money and of attempts to be paid: pure, and the only place that decides it.

`payments.py`, `credits.py` and `payments/upi.py` apply it under the booking's row lock.
docs/payments.md says the same for people.
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
        # Money that comes late says so: the attempt was paid after all.
        "expired": frozenset({"paid"}),
        "withdrawn": frozenset({"paid"}),
        "failed": frozenset({"paid"}),
        "paid": frozenset(),
    }
)
"""From each state of an attempt to those that may follow it."""


@dataclass(frozen=True)
class Standing:
    """A booking as it stands when money comes, under its lock. `paise`: what it costs now."""

    state: GroupState
    paise: int


@dataclass(frozen=True)
class Book:
    """The money is the price of the booking: book it."""


@dataclass(frozen=True)
class Due:
    """The money goes back, because of `cause`."""

    cause: Cause


def judge(paise: int, standing: Standing | None) -> Book | Due:
    """What becomes of a sum that came. `standing` is None where nobody knows for what.

    It does not matter when the attempt ran out, nor by which of a booking's attempts it came: as
    long as the booking waits to be paid for, the exact price books it.
    """
    if standing is None:
        return Due("unknown")
    match standing.state:
        case "booked":
            return Due("twice")
        case "cancelled":
            return Due("cancelled")
    # Nothing is put right by guessing, not even a sum that is a hundred times too much or too
    # little because somebody took paise for rupees.
    return Book() if paise == standing.paise else Due("amount")


def mixed_up(paise: int, due: int) -> bool:
    """Whether a wrong sum looks as if paise and rupees were mixed up: a hint for people."""
    return due > 0 and (paise == 100 * due or due == 100 * paise)


# A hook tells within seconds; this is for the hook that is switched off, or got lost.
_LOOK_EVERY: Final = timedelta(seconds=3)
# After an attempt has ended money may still come by it: asked for after so many seconds each.
_LATER: Final = (30, 120, 600, 3_600, 6 * 3_600, 24 * 3_600)


def next_look(ended_at: datetime | None, looks: int, now: datetime) -> datetime | None:
    """When to ask the provider again about an attempt; None: never, reconciliation finds the rest.

    `looks`: how often it was asked since the attempt ended.
    """
    if ended_at is None:
        return now + _LOOK_EVERY
    return now + timedelta(seconds=_LATER[looks]) if looks < len(_LATER) else None


# What the provider did not answer, or has taken and not done yet, is asked for again after so long.
_REFUND_AGAIN: Final = (5, 30, 120, 600, 1_800, 3_600)


def next_refund(asked_at: datetime, now: datetime) -> datetime:
    """When to ask again about a refund that is under way: soon at first, then hourly, without end.

    It is somebody's money: it is never given up, and stands on the postmaster's page meanwhile.
    """
    age = (now - asked_at).total_seconds()
    wait = next((step for step in _REFUND_AGAIN if age < 4 * step), _REFUND_AGAIN[-1])
    return now + timedelta(seconds=wait)
