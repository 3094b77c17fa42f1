from __future__ import annotations

import threading
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Literal
from uuid import uuid4

import pytest

from gateways.base import Outcome, Outgoing, Retry, Sent, UnknownOutcome
from messages.catalogue import Lane
from outbox import slots as slots_module
from outbox.due import DueMessage, TakenMessage
from outbox.slots import ReturnedCall, Slots
from tests.rigs.outbox import Carrier

NOW = datetime(2026, 8, 14, 4, 30, tzinfo=UTC)
SOON = timedelta(seconds=20)


def taken(
    number: int, lane: Lane = "notice", status: Literal["queued", "unknown"] = "queued"
) -> TakenMessage:
    due = DueMessage(
        number, status, lane, "+919812345678", "test", "en", "news", NOW + SOON, 0, None, None,
        None, None, None, None, None, None, None, None, None, None,
    )  # fmt: skip
    return TakenMessage(due, uuid4(), "simulator", NOW + SOON, NOW)


def outgoing(number: int) -> Outgoing:
    return Outgoing(number, "+919812345678", "news", "test", "en", 600)


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


@pytest.mark.parametrize(("status", "outcome"), [("queued", Retry), ("unknown", UnknownOutcome)])
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


# ---- calls that hang -----------------------------------------------------------------------------


@dataclass
class Held:
    """A carrier whose sends hang until they are let go."""

    begun: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))
    let_go: threading.Event = field(default_factory=threading.Event)

    def send(self, message: Outgoing) -> Outcome:
        self.begun.release()
        assert self.let_go.wait(20)
        return Sent(f"x{message.message_id}")


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every call hangs that has begun."""
    monkeypatch.setattr(slots_module, "HANGING_SECONDS", 0.0)


@pytest.mark.usefixtures("impatient")
def test_a_hanging_call_gives_its_slot_up_and_its_answer_is_still_taken() -> None:
    held, quick = Held(), Carrier()
    slots, silent = Slots(4), Carrier(held.send)
    for number in range(3):
        slots.submit(silent, taken(number), outgoing(number), SOON)
        assert held.begun.acquire(timeout=20)
    assert [each.due.id for each in slots.relieve()] == [0, 1, 2]
    assert slots.relieve() == []  # told once
    assert (slots.under_way, slots.room_for_others) == (3, 4)
    for number in range(10, 13):  # as many as there are slots for others, all of them taken before
        slots.submit(quick, taken(number), outgoing(number), SOON)
    answered: list[ReturnedCall] = []
    while len(answered) < 3:
        answered += slots.gather(5)
    assert {(one.taken.due.id, one.hung) for one in answered} == {
        (10, False),
        (11, False),
        (12, False),
    }
    held.let_go.set()
    late: list[ReturnedCall] = []
    while slots.under_way:
        late += slots.gather(5)
    assert {(one.taken.due.id, one.hung, one.outcome) for one in late} == {
        (number, True, Sent(f"x{number}")) for number in range(3)
    }
    slots.close()


@pytest.mark.usefixtures("impatient")
def test_no_more_slots_are_given_up_than_there_are() -> None:
    """A carrier that swallows all calls gets twice as many at most."""
    held = Held()
    slots, silent = Slots(4), Carrier(held.send)
    for round_ in range(3):
        for number in range(3):
            slots.submit(silent, taken(10 * round_ + number), outgoing(number), SOON)
        slots.relieve()
        if round_ == 0:
            for _ in range(3):
                assert held.begun.acquire(timeout=20)
            slots.relieve()
    for _ in range(4):
        assert held.begun.acquire(timeout=20)
        slots.relieve()
    assert not held.begun.acquire(timeout=0.2)
    held.let_go.set()
    while slots.under_way:
        slots.gather(5)
    slots.close()
    assert len(silent.sends) == 9


@pytest.mark.usefixtures("impatient")
def test_a_carrier_is_silent_when_many_calls_hang_and_none_is_answered() -> None:
    held = Held()
    slots, carrier = Slots(16), Carrier(held.send)
    for number in range(5):
        assert slots.silent() == set()
        slots.submit(carrier, taken(number), outgoing(number), SOON)
        assert held.begun.acquire(timeout=20)
    assert slots.silent() == {"simulator"}
    held.let_go.set()
    while slots.under_way:
        slots.gather(5)
    assert slots.silent() == set()
    slots.close()
