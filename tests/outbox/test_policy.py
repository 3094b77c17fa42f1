from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

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
from messages.catalogue import Lane
from outbox.lanes import LANES, WEIGHTS, Turns
from outbox.policy import (
    MessageStanding,
    MessageVerdict,
    Status,
    after_look_up,
    after_receipt,
    after_send,
)

NOW = datetime(2026, 8, 14, 4, 30, tzinfo=UTC)
RETRY = Retry(Reason.CARRIER, "busy")

outcomes: st.SearchStrategy[Outcome] = st.one_of(
    st.builds(Sent, st.just("id"), st.sampled_from([ReceiptStatus.SENT, ReceiptStatus.DELIVERED])),
    st.builds(Retry, st.sampled_from(Reason), st.just("why"), st.none() | st.floats(-1, 100_000)),
    st.builds(Rejected, st.sampled_from(Reason), st.just("why")),
    st.builds(UnknownOutcome, st.just("timeout")),
)
standings = st.builds(
    MessageStanding,
    status=st.sampled_from(
        ["queued", "sending", "unknown", "sent", "delivered", "failed", "expired"]
    ),
    lane=st.sampled_from(LANES),
    attempts=st.integers(1, 40),
    not_after=st.integers(-100, 100_000).map(lambda seconds: NOW + timedelta(seconds=seconds)),
    carrier_id=st.none() | st.just("id"),
)
receipts = st.builds(
    Receipt,
    gateway=st.just("simulator"),
    carrier_id=st.sampled_from(["id", "other"]),
    message_id=st.none(),
    status=st.sampled_from(ReceiptStatus),
    word=st.just("word"),
    reason=st.none() | st.sampled_from(Reason),
)


Decide = Callable[[Outcome, MessageStanding, datetime], MessageVerdict]


def standing(
    lane: Lane = "code", attempts: int = 1, status: Status = "sending", lives: float = 600
) -> MessageStanding:
    return MessageStanding(status, lane, attempts, NOW + timedelta(seconds=lives), "id")


def wait(verdict: MessageVerdict) -> float:
    assert verdict.next_attempt_at is not None
    return (verdict.next_attempt_at - NOW).total_seconds()


@pytest.mark.parametrize(
    ("lane", "waits"),
    [
        ("code", [1, 3, 9, 9, 9, 9]),
        ("reply", [1, 3, 9, 27, 27, 27]),
        ("notice", [1, 3, 9, 27, 81, 243]),
        ("bulk", [1, 3, 9, 27, 81, 243]),
    ],
)
def test_a_refused_send_is_tried_again_after_longer_and_longer(
    lane: Lane, waits: list[int]
) -> None:
    verdicts = [after_send(RETRY, standing(lane, n), NOW) for n in range(1, 7)]
    assert {verdict.status for verdict in verdicts} == {"queued"}
    assert [wait(verdict) for verdict in verdicts] == waits


def test_carriers_that_take_turns_are_each_left_alone_as_long_as_one() -> None:
    three = [replace(standing(attempts=n), carriers=3) for n in range(1, 10)]
    assert [wait(after_send(RETRY, each, NOW)) for each in three] == [1, 1, 1, 3, 3, 3, 9, 9, 9]


def test_the_wait_that_the_carrier_asked_for_counts() -> None:
    slow_down = Retry(Reason.CARRIER, "slow down", after=12.5)
    assert wait(after_send(slow_down, standing(), NOW)) == 12.5
    # Another one has not asked for it.
    assert wait(after_send(slow_down, replace(standing(), carriers=2), NOW)) == 1
    at_once = Retry(Reason.CARRIER, "again", after=0)
    assert wait(after_send(at_once, replace(standing(), carriers=2), NOW)) == 0


def test_a_retry_that_would_come_after_the_deadline_is_not_made() -> None:
    verdict = after_send(RETRY, standing(attempts=3, lives=9), NOW)
    assert verdict.status == "expired"
    assert after_send(RETRY, standing(attempts=3, lives=9.1), NOW).status == "queued"


@pytest.mark.parametrize("decide", [after_send, after_look_up])
@pytest.mark.parametrize("reason", Reason)
def test_what_was_rejected_is_never_tried_again(decide: Decide, reason: Reason) -> None:
    verdict = decide(Rejected(reason, "21211"), standing(), NOW)
    assert verdict == MessageVerdict("failed", error=f"{reason}: 21211", reason=reason)


@pytest.mark.parametrize("lane", LANES)
def test_an_unknown_outcome_is_asked_about_before_anything_else(lane: Lane) -> None:
    verdict = after_send(UnknownOutcome("timeout"), standing(lane), NOW)
    assert verdict.status == "unknown"
    assert wait(verdict) == 3


def test_what_certainly_did_not_arrive_is_sent_at_once() -> None:
    verdict = after_look_up(Retry(Reason.CARRIER, "not found"), standing(), NOW)
    assert (verdict.status, wait(verdict)) == ("queued", 0)


@pytest.mark.parametrize(
    ("lane", "statuses"),
    [
        # after call 2, 3, 4, …: queued = sent again although nobody knows
        ("code", ["queued"] * 10 + ["unknown"] * 2),
        ("reply", ["queued"] * 4 + ["unknown"] * 8),
        ("notice", ["unknown"] * 2 + ["queued"] * 2 + ["unknown"] * 8),
        ("bulk", ["unknown"] * 2 + ["queued"] * 2 + ["unknown"] * 8),
    ],
)
def test_how_long_uncertainty_is_borne(lane: Lane, statuses: list[str]) -> None:
    verdicts = [after_look_up(UnknownOutcome("?"), standing(lane, n), NOW) for n in range(2, 14)]
    assert [verdict.status for verdict in verdicts] == statuses


def test_an_alarm_that_waited_for_its_telephone_outlives_a_lost_answer() -> None:
    lives = timedelta(days=6).total_seconds()
    for attempts in (6, 9, 20):
        verdict = after_look_up(UnknownOutcome("?"), standing("alarm", attempts, lives=lives), NOW)
        assert (verdict.status, wait(verdict)) == ("queued", 6 * 3600)
    ends = after_look_up(UnknownOutcome("?"), standing("alarm", 9, lives=3600), NOW)
    assert (ends.status, wait(ends)) == ("unknown", 27)


@given(outcomes, standings, st.sampled_from([after_send, after_look_up]))
def test_every_outcome_ends_or_comes_back_before_the_deadline(
    outcome: Outcome, standing: MessageStanding, decide: Decide
) -> None:
    verdict = decide(outcome, standing, NOW)
    assert verdict.status in ("queued", "unknown", "sent", "delivered", "failed", "expired")
    assert (verdict.next_attempt_at is not None) == (verdict.status in ("queued", "unknown"))
    if verdict.status == "queued":
        assert verdict.next_attempt_at is not None
        assert NOW <= verdict.next_attempt_at < standing.not_after
    if verdict.status == "unknown":
        assert verdict.next_attempt_at is not None
        assert verdict.next_attempt_at <= standing.not_after
    assert isinstance(outcome, Sent) == (verdict.carrier_id is not None)


@given(standings, receipts)
def test_a_receipt_never_takes_a_message_back(standing: MessageStanding, receipt: Receipt) -> None:
    verdict = after_receipt(standing, receipt, NOW)
    if standing.status == "delivered" or receipt.status is ReceiptStatus.UNCERTAIN:
        assert verdict is None
    elif receipt.status is ReceiptStatus.DELIVERED:
        assert verdict is not None
        assert verdict.status == "delivered"
    elif standing.status == "failed":
        assert verdict is None
    if verdict is not None and verdict.status == "queued":
        assert standing.lane == "code"
        assert verdict.next_attempt_at is not None
        assert verdict.next_attempt_at < standing.not_after


def failure(reason: Reason | None, carrier_id: str = "id") -> Receipt:
    return Receipt("simulator", carrier_id, None, ReceiptStatus.FAILED, "undelivered", reason, "1")


@pytest.mark.parametrize(
    ("lane", "reason", "attempts", "lives", "status"),
    [
        ("code", Reason.UNREACHABLE, 1, 600, "queued"),
        ("code", Reason.CARRIER, 3, 600, "queued"),
        ("code", Reason.UNREACHABLE, 4, 600, "failed"),  # tries used
        ("code", Reason.UNREACHABLE, 1, 1, "failed"),  # it would arrive dead
        ("code", Reason.BLOCKED, 1, 600, "failed"),
        ("code", None, 1, 600, "failed"),
        ("notice", Reason.UNREACHABLE, 1, 600, "failed"),
    ],
)
def test_a_failed_code_goes_out_again_while_it_lives(
    lane: Lane, reason: Reason | None, attempts: int, lives: float, status: str
) -> None:
    verdict = after_receipt(standing(lane, attempts, "sent", lives), failure(reason), NOW)
    assert verdict is not None
    assert verdict.status == status


@pytest.mark.parametrize(
    "reason", [Reason.UNREACHABLE, Reason.INBOX_FULL, Reason.CARRIER, Reason.EXPIRED]
)
def test_an_alarm_waits_for_its_telephone_ever_longer_until_its_deadline(reason: Reason) -> None:
    lives, at, waits = timedelta(days=7), timedelta(0), []
    for attempts in range(1, 100):
        left = (lives - at).total_seconds()
        by_receipt = after_receipt(standing("alarm", attempts, "sent", left), failure(reason), NOW)
        at_once = after_send(Rejected(reason, "no"), standing("alarm", attempts, lives=left), NOW)
        assert by_receipt is not None
        assert by_receipt.status == at_once.status
        if by_receipt.status == "failed":
            break
        assert by_receipt.next_attempt_at is not None
        waits.append(by_receipt.next_attempt_at - NOW)
        at += waits[-1]
    assert waits == sorted(waits)
    assert timedelta(days=6) < at < lives
    assert len(waits) < 40  # four a day: no flood for carriers


@pytest.mark.parametrize("reason", [Reason.BAD_NUMBER, Reason.OPTED_OUT, Reason.BLOCKED, None])
def test_an_alarm_that_no_telephone_will_take_is_not_said_again(reason: Reason | None) -> None:
    verdict = after_receipt(standing("alarm", 1, "sent", 86_400), failure(reason), NOW)
    assert verdict is not None
    assert verdict.status == "failed"


def test_the_failure_of_an_earlier_try_does_not_end_the_present_one() -> None:
    assert after_receipt(standing(status="sent"), failure(Reason.BLOCKED, "old"), NOW) is None
    assert after_receipt(standing(status="sending"), failure(Reason.BLOCKED), NOW) is None


@given(st.lists(st.integers(0, 40), min_size=1, max_size=30))
def test_shares_are_the_slots_and_follow_the_weights(batches: list[int]) -> None:
    turns, given_out = Turns(), dict.fromkeys(LANES, 0)
    for slots in batches:
        shares = turns.deal(slots)
        assert sum(shares.values()) == slots
        for lane in LANES:
            given_out[lane] += shares[lane]
    total, weight = sum(batches), sum(WEIGHTS.values())
    for lane in LANES:
        assert abs(given_out[lane] - total * WEIGHTS[lane] / weight) <= len(LANES)


def test_one_slot_at_a_time_still_reaches_every_lane() -> None:
    turns = Turns()
    lanes = [
        lane for _ in range(sum(WEIGHTS.values())) for lane, share in turns.deal(1).items() if share
    ]
    assert lanes[0] == "code"
    assert {lane: lanes.count(lane) for lane in LANES} == dict(WEIGHTS)
