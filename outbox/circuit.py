"""The circuit of a carrier: when it is passed over, and when it is tried again. Pure.

closed → open on errors, or on late or missing receipts → half_open after a while: a few texts try
it → closed, or open for longer. Open means "passed over while another carrier can take the text":
without another the text goes there all the same, so a circuit never makes things worse.

Why not pybreaker (1.4.1): it counts consecutive exceptions of calls that it wraps. Here outcomes
come from several workers, and receipts reach a web process minutes later; a share of many calls
counts, not consecutive failures; and the state is in PostgreSQL, in the transaction that writes the
outcomes, so that nothing is lost with Valkey.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final, Literal

from gateways.base import (
    Outcome,
    Reason,
    Receipt,
    ReceiptStatus,
    Rejected,
    Retry,
    Sent,
    UnknownOutcome,
)

State = Literal["closed", "open", "half_open"]
Cause = Literal["errors", "receipts"]

WINDOW: Final = timedelta(seconds=60)  # calls that count
# ... and the last ones by themselves: a carrier that worked for a minute may fail in a second.
AT_ONCE: Final = timedelta(seconds=5)
LEAST_CALLS: Final = 5  # bad ones before a circuit opens ...
BAD_SHARE: Final = 0.5  # ... and their share of all calls
LEAST_TEXTS: Final = 20  # texts whose receipts were due ...
LATE_SHARE: Final = 0.7  # ... and the share without one in time; telephones that are off are fewer
TRIALS: Final = 3  # texts that try a half-open carrier
GOOD_TRIALS: Final = 2  # calls that must succeed then
_FIRST: Final = {"errors": timedelta(seconds=5), "receipts": timedelta(seconds=60)}
_LONGEST: Final = {"errors": timedelta(minutes=2), "receipts": timedelta(minutes=15)}
# Openings within this time of each other double it.
_CALM: Final = timedelta(minutes=10)

_FAULTS: Final = frozenset({Reason.CARRIER, Reason.CONFIGURATION, Reason.UNKNOWN})
_NOT_ITS_FAULT: Final = frozenset(
    {Reason.BAD_NUMBER, Reason.OPTED_OUT, Reason.INBOX_FULL, Reason.TEXT}
)
# Do-not-disturb among them: a service text must pass it, so the carrier's route is the wrong one.
_FAULTS_IN_RECEIPTS: Final = frozenset(
    {Reason.CARRIER, Reason.CONFIGURATION, Reason.BLOCKED, Reason.DO_NOT_DISTURB}
)


@dataclass(frozen=True)
class Tally:
    """How many calls, or receipts, count for a carrier, and how many against it."""

    good: int = 0
    bad: int = 0

    def __add__(self, other: Tally) -> Tally:
        return Tally(self.good + other.good, self.bad + other.bad)

    @property
    def seen(self) -> int:
        return self.good + self.bad


@dataclass(frozen=True)
class Circuit:
    """The state of a carrier's circuit. `bad` of `seen` calls or receipts opened it."""

    state: State
    changed_at: datetime
    cause: Cause | None = None
    bad: int = 0
    seen: int = 0
    open_until: datetime | None = None
    openings: int = 0
    trials: int = 0  # texts that may still try it


def weigh(outcome: Outcome, *, looked_up: bool) -> Tally:
    """Return what one call says of its carrier. A refusal that is not its fault counts for it."""
    match outcome:
        case Sent():
            return Tally(good=1)
        case UnknownOutcome():
            # A look-up may be ambiguous, and some carriers cannot look up at all.
            return Tally() if looked_up else Tally(bad=1)
        case Retry(reason=reason):
            # "Not found" is a good answer to a look-up, but says nothing about texts.
            return Tally(bad=1) if reason in _FAULTS and not looked_up else Tally()
        case Rejected(reason=reason):
            if reason in _FAULTS:
                return Tally(bad=1)
            return Tally(good=1) if reason in _NOT_ITS_FAULT else Tally()


def weigh_receipt(receipt: Receipt) -> Tally:
    """Return what a receipt says: only the carrier's own failures; its call has counted already."""
    failed = receipt.status is ReceiptStatus.FAILED and receipt.reason in _FAULTS_IN_RECEIPTS
    return Tally(bad=1) if failed else Tally()


def after_calls(circuit: Circuit, tally: Tally, now: datetime) -> Circuit | None:
    """Return the circuit after the calls since its last change, WINDOW at most. None: as before."""
    match circuit.state:
        case "closed":
            if tally.bad >= LEAST_CALLS and tally.bad >= BAD_SHARE * tally.seen:
                return opened(circuit, "errors", tally, now)
        case "half_open":
            if tally.bad:
                return opened(circuit, "errors", tally, now)
            if circuit.cause == "errors" and tally.good >= GOOD_TRIALS:
                return closed(circuit, now)
        case "open":
            pass
    return None


def after_receipts(circuit: Circuit, tally: Tally, now: datetime) -> Circuit | None:
    """Return the circuit after the receipts that were due since its last change. None: as before.

    `good` came in time, `bad` late or not at all.
    """
    match circuit.state:
        case "closed":
            if tally.seen >= LEAST_TEXTS and tally.bad >= LATE_SHARE * tally.seen:
                return opened(circuit, "receipts", tally, now)
        case "half_open":
            if circuit.cause == "receipts" and tally.good:
                return closed(circuit, now)
            if circuit.cause == "receipts" and tally.bad >= TRIALS:
                return opened(circuit, "receipts", tally, now)
        case "open":
            pass
    return None


def opened(circuit: Circuit, cause: Cause, tally: Tally, now: datetime) -> Circuit:
    """Return the circuit open, the longer the more often it opened lately."""
    soon = circuit.state != "closed" or now - circuit.changed_at < _CALM
    openings = circuit.openings + 1 if soon else 1
    rest = min(_FIRST[cause] * 2 ** min(openings - 1, 10), _LONGEST[cause])
    return Circuit("open", now, cause, tally.bad, tally.seen, now + rest, openings)


def half_opened(circuit: Circuit, now: datetime) -> Circuit | None:
    """Return the circuit half open, where its time has come."""
    if circuit.state != "open" or circuit.open_until is None or now < circuit.open_until:
        return None
    return replace(circuit, state="half_open", changed_at=now, trials=TRIALS)


def closed(circuit: Circuit, now: datetime) -> Circuit:
    """Return the circuit closed; it keeps how often it opened lately."""
    return Circuit("closed", now, openings=circuit.openings)
