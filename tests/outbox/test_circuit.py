"""A carrier's circuit: opens on errors and on receipts that stay away, is tried by few, closes."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateways.base import (
    Outcome,
    Outgoing,
    Reason,
    Receipt,
    ReceiptStatus,
    Rejected,
    Retry,
    Sent,
    UnknownOutcome,
)
from outbox import receipts
from outbox.circuit import (
    LEAST_CALLS,
    TRIALS,
    Circuit,
    Tally,
    after_calls,
    after_receipts,
    half_opened,
    weigh,
)
from outbox.drain import Drain
from outbox.sweep import sweep
from runtime import Runtime
from tests.rigs.clock import Clock
from tests.rigs.outbox import Carrier, accept, drain, queue, statuses, with_carrier, with_carriers

NOW = datetime(2026, 8, 14, 4, 30, tzinfo=UTC)
CLOSED = Circuit("closed", NOW - timedelta(hours=1))


# ---- pure ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("good", "bad", "state"),
    [(0, 4, None), (0, 5, "open"), (5, 5, "open"), (6, 5, None), (900, 100, None)],
)
def test_many_errors_open_it_and_a_few_do_not(good: int, bad: int, state: str | None) -> None:
    moved = after_calls(CLOSED, Tally(good, bad), NOW)
    assert (moved.state if moved else None) == state


@pytest.mark.parametrize(
    ("outcome", "looked_up", "weight"),
    [
        (Sent("x"), False, Tally(good=1)),
        (UnknownOutcome("timeout"), False, Tally(bad=1)),
        (UnknownOutcome("two calls could be it"), True, Tally()),
        (Retry(Reason.CARRIER, "503"), False, Tally(bad=1)),
        (Retry(Reason.CARRIER, "not found"), True, Tally()),
        (Rejected(Reason.CONFIGURATION, "401"), False, Tally(bad=1)),
        (Rejected(Reason.BAD_NUMBER, "21211"), False, Tally(good=1)),
        (Rejected(Reason.BLOCKED, "do not disturb"), False, Tally()),
    ],
)
def test_only_what_is_the_carriers_fault_counts_against_it(
    outcome: Outcome, looked_up: bool, weight: Tally
) -> None:
    assert weigh(outcome, looked_up=looked_up) == weight


def test_it_stays_open_longer_each_time_and_not_for_ever() -> None:
    circuit, lasted = CLOSED, []
    now = NOW
    for _ in range(8):
        opened = after_calls(circuit, Tally(bad=5), now)
        assert opened is not None
        assert opened.open_until is not None
        lasted.append((opened.open_until - now).total_seconds())
        assert half_opened(opened, opened.open_until - timedelta(microseconds=1)) is None
        now = opened.open_until
        tried = half_opened(opened, now)
        assert tried is not None
        assert (tried.state, tried.trials) == ("half_open", TRIALS)
        circuit = tried
    assert lasted == [5, 10, 20, 40, 80, 120, 120, 120]


@given(
    steps=st.lists(
        st.tuples(
            st.sampled_from(["calls", "receipts"]), st.integers(0, 40), st.integers(0, 40),
            st.integers(0, 400),
        ),
        max_size=20,
    )
)  # fmt: skip
def test_whatever_happens_it_is_tried_again_and_can_close(
    steps: list[tuple[str, int, int, int]],
) -> None:
    circuit, now = CLOSED, NOW
    for what, good, bad, seconds in steps:
        now += timedelta(seconds=seconds)
        circuit = half_opened(circuit, now) or circuit
        decide = after_calls if what == "calls" else after_receipts
        circuit = decide(circuit, Tally(good, bad), now) or circuit
        assert (circuit.state == "closed") == (circuit.open_until is None)
        assert (circuit.state == "closed") == (circuit.cause is None)
    now += timedelta(minutes=15)
    circuit = half_opened(circuit, now) or circuit
    if circuit.state == "half_open":
        decide = after_calls if circuit.cause == "errors" else after_receipts
        closed = decide(circuit, Tally(good=3), now)
        assert closed is not None
        circuit = closed
    assert circuit.state == "closed"


# ---- with the books ------------------------------------------------------------------------------


def refuse(message: Outgoing) -> Outcome:
    return Retry(Reason.CARRIER, "503")


def circuits(runtime: Runtime) -> dict[str, tuple[str, str | None]]:
    with runtime.database.transaction() as conn:
        return {
            row[0]: (row[1], row[2])
            for row in conn.execute("SELECT name, state, cause FROM carriers").fetchall()
        }


def events(runtime: Runtime) -> list[tuple[str, Any]]:
    with runtime.database.transaction() as conn:
        return conn.execute(
            "SELECT kind, data FROM events WHERE kind LIKE 'carrier%%' ORDER BY id"
        ).fetchall()


def put(runtime: Runtime, count: int = 1, lane: str = "notice") -> list[int]:
    with runtime.database.transaction() as conn:
        return queue(conn, runtime.now(), lane, count)


def test_a_carrier_that_fails_is_passed_over_and_comes_back(runtime: Runtime, clock: Clock) -> None:
    a, b = Carrier(refuse), Carrier()
    runtime = with_carriers(runtime, {"a": a, "b": b}, send_slots=8)
    put(runtime, 20)
    drain(runtime)
    assert circuits(runtime) == {"a": ("open", "errors"), "b": ("closed", None)}
    ((kind, data),) = events(runtime)
    assert (kind, data["carrier"], data["cause"]) == ("carrier_opened", "a", "errors")
    assert data["bad"] >= LEAST_CALLS
    asked = len(a.sends)
    more = put(runtime, 30)
    drain(runtime)
    assert len(a.sends) == asked
    assert set(statuses(runtime, more).values()) == {"sent"}

    # Half open: few try it. They fail, so it stays away, for longer, and that is no news.
    clock.advance(seconds=5)
    put(runtime, 30)
    drain(runtime)
    assert asked < len(a.sends) <= asked + TRIALS
    assert circuits(runtime)["a"] == ("open", "errors")
    assert len(events(runtime)) == 1

    a.on_send = accept
    clock.advance(seconds=10)
    for _ in range(2):  # trials, and then everything
        put(runtime, 10)
        drain(runtime)
    assert circuits(runtime)["a"] == ("closed", None)
    assert [kind for kind, _ in events(runtime)] == ["carrier_opened", "carrier_closed"]
    clock.advance(seconds=30)
    drain(runtime)
    assert set(statuses(runtime).values()) == {"sent"}


def test_two_drains_open_one_circuit_together_and_tell_it_once(
    runtime: Runtime, clock: Clock
) -> None:
    """Each sees too few failures; what they have seen together is enough."""
    a, b = Carrier(refuse), Carrier()
    runtime = with_carriers(runtime, {"a": a, "b": b})
    first, second = Drain(runtime), Drain(runtime)
    for sender, count in ((first, LEAST_CALLS - 2), (second, 2)):
        put(runtime, count)
        while sender.run():
            pass
    assert circuits(runtime)["a"] == ("open", "errors")
    assert len(events(runtime)) == 1
    asked = len(a.sends)
    put(runtime, 20)
    while first.run():
        pass
    assert len(a.sends) == asked  # the one that did not open it knows too
    first.finish()
    second.finish()


def test_many_drains_at_once_share_the_trials(runtime: Runtime, clock: Clock) -> None:
    a, b = Carrier(refuse), Carrier()
    runtime = with_carriers(runtime, {"a": a, "b": b})
    put(runtime, 10)
    drain(runtime)
    clock.advance(seconds=5)
    asked = len(a.sends)
    stuck = threading.Event()

    def hang(message: Outgoing) -> Outcome:
        stuck.wait(20)
        return Sent(f"a-{message.message_id}")

    a.on_send = hang
    put(runtime, 200)
    start = threading.Barrier(3)
    done = threading.Semaphore(0)

    def work() -> None:
        sender = Drain(runtime)
        start.wait()
        for _ in range(60):
            sender.run(0.05)
            if len(b.sends) >= 150:
                break
        done.release()
        stuck.wait(20)
        sender.finish()

    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for _ in threads:
        assert done.acquire(timeout=30)
    tried = len(a.sends) - asked
    stuck.set()
    for thread in threads:
        thread.join(30)
    assert tried == TRIALS
    assert [kind for kind, _ in events(runtime)] == ["carrier_opened", "carrier_closed"]


def test_the_circuit_survives_a_flushed_valkey(runtime: Runtime, clock: Clock) -> None:
    a, b = Carrier(refuse), Carrier()
    runtime = with_carriers(runtime, {"a": a, "b": b})
    put(runtime, 10)
    drain(runtime)
    asked = len(a.sends)
    runtime.redis.flushdb()
    put(runtime, 10)
    drain(runtime)
    assert len(a.sends) == asked


def test_where_no_other_is_left_an_open_circuit_stops_nothing(
    runtime: Runtime, clock: Clock
) -> None:
    carrier = Carrier(refuse)
    runtime = with_carrier(runtime, carrier)
    put(runtime, 10)
    drain(runtime)
    assert circuits(runtime)["simulator"] == ("open", "errors")
    carrier.on_send = accept
    clock.advance(seconds=1)
    drain(runtime)
    assert set(statuses(runtime).values()) == {"sent"}


# ---- receipts ------------------------------------------------------------------------------------


def deliver(runtime: Runtime, gateway: str, message: int) -> None:
    receipts.receive(
        runtime,
        Receipt(gateway, f"carrier-{message}", message, ReceiptStatus.DELIVERED, "delivered"),
    )


def hand_over(runtime: Runtime, count: int) -> list[int]:
    ids = put(runtime, count)
    drain(runtime)
    assert set(statuses(runtime, ids).values()) == {"sent"}
    return ids


@pytest.mark.parametrize(("late", "state"), [(13, "closed"), (14, "open"), (20, "open")])
def test_receipts_that_stay_away_open_it(
    runtime: Runtime, clock: Clock, late: int, state: str
) -> None:
    runtime = with_carriers(runtime, {"a": Carrier(), "b": Carrier()})
    ids = hand_over(runtime, 20)
    clock.advance(seconds=10)
    for message in ids[late:]:
        deliver(runtime, "a", message)
    sweep(runtime)
    clock.advance(seconds=55)
    sweep(runtime)
    assert circuits(runtime)["a"][0] == state
    if state == "open":
        ((kind, data),) = events(runtime)
        assert kind == "carrier_opened"
        assert (data["cause"], data["bad"], data["seen"]) == ("receipts", late, 20)


def test_receipts_that_come_late_open_it_too_and_news_in_time_closes_it(
    runtime: Runtime, clock: Clock
) -> None:
    a, b = Carrier(), Carrier()
    runtime = with_carriers(runtime, {"a": a, "b": b})
    ids = hand_over(runtime, 20)
    clock.advance(seconds=61)
    for message in ids:
        deliver(runtime, "a", message)
    sweep(runtime)
    assert circuits(runtime)["a"] == ("open", "receipts")
    asked = len(a.sends)
    clock.advance(seconds=60)
    tried = put(runtime, 10)
    drain(runtime)
    assert len(a.sends) == asked + TRIALS
    assert circuits(runtime)["a"] == ("half_open", "receipts")  # accepting alone proves nothing
    for message in tried:
        if message in a.sent_ids:
            deliver(runtime, "a", message)
    clock.advance(seconds=6)
    sweep(runtime)
    assert circuits(runtime)["a"] == ("closed", None)


def test_trials_without_receipts_open_it_again(runtime: Runtime, clock: Clock) -> None:
    runtime = with_carriers(runtime, {"a": Carrier(), "b": Carrier()})
    hand_over(runtime, 20)
    clock.advance(seconds=61)
    sweep(runtime)
    clock.advance(seconds=60)
    put(runtime, 5)
    drain(runtime)
    clock.advance(seconds=61)
    sweep(runtime)
    assert circuits(runtime)["a"] == ("open", "receipts")
    with runtime.database.transaction() as conn:
        row = conn.execute("SELECT openings, open_until FROM carriers WHERE name = 'a'").fetchone()
    assert row == (2, clock.now() + timedelta(seconds=120))


def test_a_carrier_that_never_gives_receipts_is_not_blamed(runtime: Runtime, clock: Clock) -> None:
    runtime = with_carriers(runtime, {"a": Carrier(), "b": Carrier()}, sms_without_receipts="a")
    hand_over(runtime, 40)
    clock.advance(seconds=300)
    sweep(runtime)
    assert circuits(runtime)["a"] == ("closed", None)


def test_a_carrier_that_takes_all_and_fails_all_by_receipt_is_passed_over(
    runtime: Runtime, clock: Clock
) -> None:
    runtime = with_carriers(runtime, {"a": Carrier(), "b": Carrier()})
    for message in hand_over(runtime, 10):
        receipts.receive(
            runtime,
            Receipt(
                "a", f"carrier-{message}", message, ReceiptStatus.FAILED, "failed",
                Reason.BLOCKED, "template mismatch",
            ),
        )  # fmt: skip
    assert circuits(runtime)["a"] == ("open", "errors")
