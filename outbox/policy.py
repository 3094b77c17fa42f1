"""The decision what an outcome or a receipt means for a message. Pure.

Delays grow with `attempts`, the calls made to carriers for the message, look-ups included.
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
from messages.catalogue import Channel, Lane

Status = Literal["queued", "sending", "unknown", "sent", "delivered", "failed", "expired"]

# 1, 3, 9, 27 seconds. A code must reach its telephone in seconds, so its delay stays at 9: a
# carrier gets a code that it refuses at most 70 times in ten minutes. A person waits for replies
# too; news may wait longer, to spare a carrier in trouble.
_LONGEST: Final[dict[Lane, int]] = {"code": 9, "alarm": 27, "reply": 27, "notice": 300, "bulk": 300}
# Where a carrier cannot tell (no look-up, or no answer), the choice is between a text twice and a
# text never. Never is worse: a worker that died before the send leaves the same trace as a lost
# answer. So the text is sent again after this many calls without certainty: soon where a person
# waits and a repeat does no harm (the same code, the same answer) ...
_PATIENCE: Final[dict[Lane, int]] = {"code": 2, "alarm": 2, "reply": 2, "notice": 4, "bulk": 4}
# ... but not after this many: a carrier that accepts and never answers must not flood a phone.
# The message then stays unknown until a receipt comes or its deadline passes.
_MOST_CALLS: Final[dict[Lane, int]] = {"code": 12, "alarm": 6, "reply": 6, "notice": 6, "bulk": 6}
# Calls after which a final failure of a code (handset off, carrier's fault) is not tried again.
_MOST_AFTER_FAILURE: Final = 4
# An unanswered call is repeated once, after a time in which a person can reach the telephone.
# That holds for calls of our own accord too: only one that was taken up is over.
_MOST_RINGS: Final = 2
_RING_AGAIN: Final = timedelta(seconds=60)
_TEMPORARY: Final = frozenset({Reason.UNREACHABLE, Reason.CARRIER})
# An alarm tells a telephone that is off, or whose inbox is full, what it has to know when it wakes
# up: it goes out again, ever less often, until its deadline (docs/developing/trust.md rule 9).
# "Expired" is what carriers say of a telephone that was off for as long as they keep a text, which
# is hours where an alarm lives for days.
_WAKES_UP: Final = frozenset({*_TEMPORARY, Reason.INBOX_FULL, Reason.EXPIRED})
_ALARM_AGAIN: Final = (
    *(timedelta(minutes=each) for each in (5, 15, 60)),
    *(timedelta(hours=each) for each in (3, 6)),
)


@dataclass(frozen=True)
class MessageStanding:
    """The state of a message at the moment of the decision."""

    status: Status
    lane: Lane
    attempts: int
    not_after: datetime
    carrier_id: str | None = None
    via: str | None = None  # of a second send: the carrier that it goes to once
    channel: Channel = "text"
    carriers: int = 1  # that take turns: after a refusal the next one is asked


@dataclass(frozen=True)
class MessageVerdict:
    """The decision on a message. `next_attempt_at` is set with `queued` and `unknown`."""

    status: Status
    next_attempt_at: datetime | None = None
    carrier_id: str | None = None
    error: str | None = None
    reason: Reason | None = None  # why it failed for good
    refused: bool = False  # the carrier certainly does not have it


def delay(lane: Lane, attempts: int) -> timedelta:
    """Return how long to wait after call number `attempts` (1, 2, …)."""
    return timedelta(seconds=min(3 ** min(max(attempts - 1, 0), 10), _LONGEST[lane]))


def _turn(standing: MessageStanding) -> int:
    """Return how many times (1, 2, …) all of its carriers were asked."""
    return -(-standing.attempts // standing.carriers)


def after_send(outcome: Outcome, standing: MessageStanding, now: datetime) -> MessageVerdict:
    """Return the decision after a submit."""
    match outcome:
        case Sent() | Rejected():
            return _settled(outcome, standing, now)
        case Retry(after=after, error=error, reason=reason):
            wait = delay(standing.lane, _turn(standing))
            if after is not None:
                asked = timedelta(seconds=max(after, 0.0))
                # The next carrier has not asked us to wait.
                wait = asked if standing.carriers == 1 else min(asked, wait)
            return _refused(standing, now + wait, f"{reason}: {error}")
        case UnknownOutcome(error=error):
            # One step longer than a retry: the carrier may still be processing the lost request,
            # and a look-up too early would not find it.
            return _ask_later(standing, now + delay(standing.lane, _turn(standing) + 1), error)


def after_look_up(outcome: Outcome, standing: MessageStanding, now: datetime) -> MessageVerdict:
    """Return the decision after a look-up."""
    match outcome:
        case Sent() | Rejected():
            return _settled(outcome, standing, now)
        case Retry(after=after, error=error, reason=reason):
            wait = timedelta(seconds=max(after or 0.0, 0.0))
            return _refused(standing, now + wait, f"{reason}: {error}")
        case UnknownOutcome(error=error):
            calls = standing.attempts
            patient = _PATIENCE[standing.lane] <= calls < _MOST_CALLS[standing.lane]
            if patient and standing.via is None:
                return _again(standing, now, error)
            later = now + _ALARM_AGAIN[-1]
            worn = _is_alarm(standing) and calls >= _MOST_CALLS[standing.lane]
            if worn and later < standing.not_after:
                # Its tries for a telephone that was off count too. As it would go out again anyway
                # it does so as rarely, so that one lost answer does not end it.
                return _again(standing, later, error)
            return _ask_later(standing, now + delay(standing.lane, calls), error)


def after_receipt(
    standing: MessageStanding, receipt: Receipt, now: datetime
) -> MessageVerdict | None:
    """Return the decision after a receipt, if it changes anything. Status only moves forward.

    Expects each (carrier id, status) once: the caller drops repeats.
    """
    match receipt.status:
        case ReceiptStatus.DELIVERED:
            if standing.status == "delivered":
                return None
            return MessageVerdict("delivered", carrier_id=receipt.carrier_id)
        case ReceiptStatus.SENT:
            if standing.status in ("sent", "delivered", "failed"):
                return None
            return MessageVerdict("sent", carrier_id=receipt.carrier_id)
        case ReceiptStatus.FAILED:
            return _after_failure(standing, receipt, now)
        case ReceiptStatus.UNCERTAIN:
            return None


def _after_failure(
    standing: MessageStanding, receipt: Receipt, now: datetime
) -> MessageVerdict | None:
    # `sending`: the call is under way; its outcome tells whether the receipt belongs to it or to
    # an earlier one, and settling reads the stored receipts. `queued`: it is sent anyway.
    if standing.status not in ("sent", "unknown"):
        return None
    if standing.status == "sent" and standing.carrier_id not in (None, receipt.carrier_id):
        return None
    error = f"{receipt.reason or Reason.UNKNOWN}: {receipt.error or receipt.word}"
    if _is_alarm(standing) and receipt.reason in _WAKES_UP:
        return _alarm_again(standing, receipt.reason, error, now, receipt.carrier_id)
    most, wait = _MOST_AFTER_FAILURE, delay(standing.lane, standing.attempts)
    if standing.channel == "voice":
        most, wait = _MOST_RINGS, _RING_AGAIN
    if (
        (standing.lane == "code" or _is_call_of_alarm(standing))
        and (standing.via is None or standing.channel == "voice")
        and receipt.reason in _TEMPORARY
        and standing.attempts < most
    ):
        at = now + wait
        if at < standing.not_after:
            return MessageVerdict("queued", at, receipt.carrier_id, error)
    return MessageVerdict("failed", None, receipt.carrier_id, error, receipt.reason)


def _is_alarm(standing: MessageStanding) -> bool:
    return standing.lane == "alarm" and standing.channel == "text" and standing.via is None


def _is_call_of_alarm(standing: MessageStanding) -> bool:
    """Tell whether it is a call of our own accord that says an alarm."""
    return standing.lane == "alarm" and standing.channel == "voice" and standing.via is not None


def _alarm_again(
    standing: MessageStanding,
    reason: Reason,
    error: str,
    now: datetime,
    carrier_id: str | None = None,
) -> MessageVerdict:
    """Let an alarm that did not arrive wait for its telephone, as long as it is worth saying."""
    step = min(_turn(standing), len(_ALARM_AGAIN)) - 1
    at = now + _ALARM_AGAIN[max(step, 0)]
    if at >= standing.not_after:
        return MessageVerdict("failed", None, carrier_id, error, reason)
    return MessageVerdict("queued", at, carrier_id, error)


def _settled(outcome: Sent | Rejected, standing: MessageStanding, now: datetime) -> MessageVerdict:
    if isinstance(outcome, Rejected):
        error = f"{outcome.reason}: {outcome.error}"
        if _is_alarm(standing) and outcome.reason in _WAKES_UP:
            return _alarm_again(standing, outcome.reason, error, now)
        return MessageVerdict("failed", error=error, reason=outcome.reason)
    delivered = outcome.status is ReceiptStatus.DELIVERED
    return MessageVerdict("delivered" if delivered else "sent", carrier_id=outcome.carrier_id)


def _refused(standing: MessageStanding, at: datetime, error: str) -> MessageVerdict:
    return replace(_again(standing, at, error), refused=True)


def _again(standing: MessageStanding, at: datetime, error: str) -> MessageVerdict:
    if at >= standing.not_after:
        return MessageVerdict("expired", error=error)
    return MessageVerdict("queued", at, error=error)


def _ask_later(standing: MessageStanding, at: datetime, error: str) -> MessageVerdict:
    # Never later than the deadline: the claim then lets it expire.
    return MessageVerdict("unknown", min(at, standing.not_after), error=error)


# Reasons of the person or the text: another carrier would refuse likewise.
_EVERYWHERE: Final = frozenset({Reason.BAD_NUMBER, Reason.OPTED_OUT, Reason.TEXT})


def second_send_at(reason: Reason | None, now: datetime) -> datetime | None:
    """Return when a code that failed for `reason` may go another way: now, or never.

    A full inbox takes no text of another carrier, but its person can be called.
    """
    return None if reason in _EVERYWHERE else now
