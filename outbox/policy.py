"""The one place that decides what an outcome or a receipt means for a message. Pure.

Delays are counted in `attempts`, the calls made to a carrier for this message, look-ups too.
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
from messages.catalogue import Channel
from outbox.enqueue import Lane

Status = Literal["queued", "sending", "unknown", "sent", "delivered", "failed", "expired"]

# 1, 3, 9, 27 seconds. A code must reach its telephone in seconds, so it stays at 9: each carrier
# then gets a code that it refuses 70 times in ten minutes at most, within its rate. A person waits
# for replies too; news may wait longer, to leave a carrier in trouble alone.
_LONGEST: Final[dict[Lane, int]] = {"code": 9, "reply": 27, "notice": 300, "bulk": 300}
# A carrier that cannot tell (no look-up, or it does not answer) leaves us the choice between a
# text twice and a text never. Never is worse: a worker that died before it sent leaves the same
# trace as a lost answer. So it is sent again, after this many calls without certainty: soon
# where a person waits and a repeat does no harm (the same code, the same answer) ...
_PATIENCE: Final[dict[Lane, int]] = {"code": 2, "reply": 2, "notice": 4, "bulk": 4}
# ... and not any more after this many: a carrier that accepts and never answers must not fill
# a phone. It then stays unknown until a receipt tells, or its deadline passes.
_MOST_CALLS: Final[dict[Lane, int]] = {"code": 12, "reply": 6, "notice": 6, "bulk": 6}
# Calls after which a final failure of a code (handset off, carrier's fault) is not tried again.
_MOST_AFTER_FAILURE: Final = 4
# A telephone that nobody took up rings once more, after a while: seconds are no time for a person.
_MOST_RINGS: Final = 2
_RING_AGAIN: Final = timedelta(seconds=60)
_TEMPORARY: Final = frozenset({Reason.UNREACHABLE, Reason.CARRIER})


@dataclass(frozen=True)
class Standing:
    """What is known of a message at the moment of the decision."""

    status: Status
    lane: Lane
    attempts: int
    not_after: datetime
    carrier_id: str | None = None
    via: str | None = None  # a second send: to this carrier it goes once
    channel: Channel = "text"
    carriers: int = 1  # that take turns with it: one that refuses it is not the next one asked


@dataclass(frozen=True)
class Verdict:
    """What becomes of a message. `next_attempt_at` is set with `queued` and `unknown`."""

    status: Status
    next_attempt_at: datetime | None = None
    carrier_id: str | None = None
    error: str | None = None
    reason: Reason | None = None  # why it failed for good
    refused: bool = False  # the carrier certainly does not have it


def delay(lane: Lane, attempts: int) -> timedelta:
    """How long to wait after call number `attempts` (1, 2, …)."""
    return timedelta(seconds=min(3 ** min(max(attempts - 1, 0), 10), _LONGEST[lane]))


def _turn(standing: Standing) -> int:
    """Which time it is (1, 2, …) that all of its carriers were asked."""
    return -(-standing.attempts // standing.carriers)


def after_send(outcome: Outcome, standing: Standing, now: datetime) -> Verdict:
    """What a submit's outcome means."""
    match outcome:
        case Sent() | Rejected():
            return _settled(outcome)
        case Retry(after=after, error=error, reason=reason):
            wait = delay(standing.lane, _turn(standing))
            if after is not None:
                asked = timedelta(seconds=max(after, 0.0))
                # The next carrier has not asked for it.
                wait = asked if standing.carriers == 1 else min(asked, wait)
            return _refused(standing, now + wait, f"{reason}: {error}")
        case UnknownOutcome(error=error):
            # One step longer than a retry: the carrier may still be at work on the lost request,
            # and a look-up that comes too early would not find it.
            return _ask_later(standing, now + delay(standing.lane, _turn(standing) + 1), error)


def after_look_up(outcome: Outcome, standing: Standing, now: datetime) -> Verdict:
    """What the answer to "what became of it?" means."""
    match outcome:
        case Sent() | Rejected():
            return _settled(outcome)
        case Retry(after=after, error=error, reason=reason):
            wait = timedelta(seconds=max(after or 0.0, 0.0))
            return _refused(standing, now + wait, f"{reason}: {error}")
        case UnknownOutcome(error=error):
            calls = standing.attempts
            patient = _PATIENCE[standing.lane] <= calls < _MOST_CALLS[standing.lane]
            if patient and standing.via is None:
                return _again(standing, now, error)
            return _ask_later(standing, now + delay(standing.lane, calls), error)


def after_receipt(standing: Standing, receipt: Receipt, now: datetime) -> Verdict | None:
    """What a receipt means, or None where it changes nothing. Status only moves forward.

    Expects each (carrier id, status) once: the caller sets repeats aside.
    """
    match receipt.status:
        case ReceiptStatus.DELIVERED:
            if standing.status == "delivered":
                return None
            return Verdict("delivered", carrier_id=receipt.carrier_id)
        case ReceiptStatus.SENT:
            if standing.status in ("sent", "delivered", "failed"):
                return None
            return Verdict("sent", carrier_id=receipt.carrier_id)
        case ReceiptStatus.FAILED:
            return _after_failure(standing, receipt, now)
        case ReceiptStatus.UNCERTAIN:
            return None


def _after_failure(standing: Standing, receipt: Receipt, now: datetime) -> Verdict | None:
    # `sending`: the call is still out; its outcome says whether this is news of it or of an
    # earlier one, and settling looks at the stored receipts. `queued`: it is sent anyway.
    if standing.status not in ("sent", "unknown"):
        return None
    if standing.status == "sent" and standing.carrier_id not in (None, receipt.carrier_id):
        return None
    error = f"{receipt.reason or Reason.UNKNOWN}: {receipt.error or receipt.word}"
    most, wait = _MOST_AFTER_FAILURE, delay(standing.lane, standing.attempts)
    if standing.channel == "voice":
        most, wait = _MOST_RINGS, _RING_AGAIN
    if (
        standing.lane == "code"
        and standing.via is None
        and receipt.reason in _TEMPORARY
        and standing.attempts < most
    ):
        at = now + wait
        if at < standing.not_after:
            return Verdict("queued", at, receipt.carrier_id, error)
    return Verdict("failed", None, receipt.carrier_id, error, receipt.reason)


def _settled(outcome: Sent | Rejected) -> Verdict:
    if isinstance(outcome, Rejected):
        error = f"{outcome.reason}: {outcome.error}"
        return Verdict("failed", error=error, reason=outcome.reason)
    delivered = outcome.status is ReceiptStatus.DELIVERED
    return Verdict("delivered" if delivered else "sent", carrier_id=outcome.carrier_id)


def _refused(standing: Standing, at: datetime, error: str) -> Verdict:
    return replace(_again(standing, at, error), refused=True)


def _again(standing: Standing, at: datetime, error: str) -> Verdict:
    if at >= standing.not_after:
        return Verdict("expired", error=error)
    return Verdict("queued", at, error=error)


def _ask_later(standing: Standing, at: datetime, error: str) -> Verdict:
    # Never later than the deadline: whoever claims it then lets it expire.
    return Verdict("unknown", min(at, standing.not_after), error=error)


# Reasons that are the person's or the text's own: another carrier would say the same.
_EVERYWHERE: Final = frozenset({Reason.BAD_NUMBER, Reason.OPTED_OUT, Reason.TEXT})


def second_send_at(reason: Reason | None, now: datetime) -> datetime | None:
    """When a code that failed for `reason` may go by another carrier: at once, or never (None)."""
    return None if reason in _EVERYWHERE else now
