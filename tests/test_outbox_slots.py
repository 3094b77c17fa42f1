from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from typing import Literal
from uuid import uuid4

import pytest
from outbox_rig import Carrier

from gateways.base import Outcome, Outgoing, Retry, Sent, Unknown
from outbox.claim import Due, Taken
from outbox.enqueue import Lane
from outbox.slots import Slots

NOW = datetime(2026, 8, 14, 4, 30, tzinfo=UTC)
SOON = timedelta(seconds=20)


def taken(
    number: int, lane: Lane = "notice", status: Literal["queued", "unknown"] = "queued"
) -> Taken:
    due = Due(
        number, status, lane, "+919812345678", "test", "en", "news", NOW + SOON, 0, None, None,
        None, None, None, None, None, None,
    )  # fmt: skip
    return Taken(due, uuid4(), "simulator", NOW + SOON, NOW)


def outgoing(number: int) -> Outgoing:
    return Outgoing(number, "+919812345678", "news", "test", "en", NOW)


def test_some_slots_are_only_for_codes() -> None:
    slots = Slots(8)
    assert (slots.room_for_codes, slots.room_for_others) == (1, 7 + 3)
    carrier = Carrier()
    for number in range(2):
        slots.submit(carrier, taken(number, "code"), outgoing(number), SOON)
    assert (slots.room_for_codes, slots.room_for_others) == (0, 9)
    while slots.under_way:
        slots.gather(5)
    assert (slots.room_for_codes, slots.room_for_others) == (1, 10)
    slots.close()


def test_what_has_not_begun_can_be_taken_back() -> None:
    begun, let_go = threading.Semaphore(0), threading.Event()

    def send(message: Outgoing) -> Outcome:
        begun.release()
        assert let_go.wait(20)
        return Sent("x")

    slots, carrier = Slots(4), Carrier(send)
    for number in range(4):
        slots.submit(carrier, taken(number), outgoing(number), SOON)
    for _ in range(3):
        assert begun.acquire(timeout=20)
    assert [each.due.id for each in slots.recall()] == [3]
    assert slots.under_way == 3
    let_go.set()
    returned = slots.gather(5)
    while slots.under_way:
        returned += slots.gather(5)
    assert sorted(one.taken.due.id for one in returned) == [0, 1, 2]
    slots.close()
    assert len(carrier.sends) == 3


@pytest.mark.parametrize(("status", "outcome"), [("queued", Retry), ("unknown", Unknown)])
def test_a_call_that_would_begin_too_late_is_not_made(
    status: Literal["queued", "unknown"], outcome: type[Outcome]
) -> None:
    slots, carrier = Slots(4), Carrier()
    slots.submit(carrier, taken(1, status=status), outgoing(1), timedelta(seconds=-1))
    (returned,) = slots.gather(5)
    slots.close()
    assert isinstance(returned.outcome, outcome)
    assert not returned.asked
    assert carrier.sends == carrier.look_ups == []
