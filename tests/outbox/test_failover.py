"""A code that nobody confirms goes by the next carrier: once per carrier, while it lives."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any, LiteralString

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
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
from outbox.failover import send_again
from outbox.sweep import sweep
from runtime import Runtime
from tests.rigs.clock import Clock
from tests.rigs.outbox import (
    Carrier,
    drain,
    draining,
    issue_code,
    queue,
    script,
    statuses,
    with_carriers,
)

NAMES = ("a", "b", "c")
REFUSED = Retry(Reason.CARRIER, "503")


def put_code(runtime: Runtime, lives: timedelta = timedelta(minutes=10)) -> int:
    with runtime.database.transaction() as conn:
        code = issue_code(conn, runtime.now())
        (message,) = queue(conn, runtime.now(), "code", code_id=code, lives=lives)
    return message


def put_codes(runtime: Runtime, count: int) -> list[int]:
    """Several texts with the one code there is, to different telephones."""
    with runtime.database.transaction() as conn:
        code = issue_code(conn, runtime.now())
        return queue(conn, runtime.now(), "code", count, code_id=code)


def receipt(
    runtime: Runtime, gateway: str, message: int, status: ReceiptStatus = ReceiptStatus.DELIVERED,
    reason: Reason | None = None,
) -> None:  # fmt: skip
    news = Receipt(gateway, f"carrier-{message}", message, status, status.value, reason)
    receipts.receive(runtime, news)


def seconds(runtime: Runtime) -> list[tuple[int, int, str, str, str]]:
    """id, the first message's id, via, instead of, status."""
    with runtime.database.transaction() as conn:
        return conn.execute(
            "SELECT id, again_of, via, instead_of, status FROM messages"
            " WHERE again_of IS NOT NULL ORDER BY id"
        ).fetchall()


def events(runtime: Runtime) -> list[tuple[str, Any]]:
    with runtime.database.transaction() as conn:
        return conn.execute(
            "SELECT kind, data FROM events WHERE kind NOT LIKE 'carrier%%' ORDER BY id"
        ).fetchall()


def three(runtime: Runtime, **settings: object) -> tuple[Runtime, dict[str, Carrier]]:
    found = {name: Carrier() for name in NAMES}
    return with_carriers(runtime, found, **settings), found


def test_an_unconfirmed_code_goes_by_the_next_carrier_and_then_by_the_last(
    runtime: Runtime, clock: Clock
) -> None:
    runtime, by = three(runtime)
    first = put_code(runtime)
    drain(runtime)
    clock.advance(seconds=19)
    assert send_again(runtime) == 0
    clock.advance(seconds=1)
    assert send_again(runtime) == 1
    assert send_again(runtime) == 0
    drain(runtime)
    clock.advance(seconds=20)
    assert send_again(runtime) == 1
    drain(runtime)
    for _ in range(5):
        clock.advance(seconds=20)
        assert send_again(runtime) == 0
    drain(runtime)
    assert [len(by[name].sends) for name in NAMES] == [1, 1, 1]
    texts = {by[name].sends[0].text for name in NAMES}
    assert len(texts) == 1  # the same code in the same words
    assert by["b"].sends[0].valid_seconds == by["a"].sends[0].valid_seconds - 20
    (one, two) = seconds(runtime)
    assert one[1:] == (first, "b", "a", "sent")
    assert two[1:] == (first, "c", "a", "sent")
    told = [data for kind, data in events(runtime) if kind == "code_rerouted"]
    assert [(each["instead_of"], each["carrier"], each["why"]) for each in told] == [
        ("a", "b", "unconfirmed"),
        ("a", "c", "unconfirmed"),
    ]


@pytest.mark.parametrize(
    "happens",
    [
        lambda runtime, message: receipt(runtime, "a", message),
        lambda runtime, message: _sql(runtime, "UPDATE codes SET used_at = released_at"),
        lambda runtime, message: _sql(
            runtime, "UPDATE codes SET dead_at = released_at, dead_reason = 'fraud'"
        ),
        lambda runtime, message: _sql(
            runtime, "UPDATE messages SET not_after = first_tried_at + interval '20 seconds'"
        ),
    ],
    ids=["confirmed", "used", "dead", "deadline"],
)
def test_what_needs_no_second_send_gets_none(
    runtime: Runtime, clock: Clock, happens: Callable[[Runtime, int], None]
) -> None:
    runtime, by = three(runtime)
    message = put_code(runtime)
    drain(runtime)
    happens(runtime, message)
    clock.advance(seconds=20)
    assert send_again(runtime) == 0
    clock.advance(seconds=60)
    assert send_again(runtime) == 0
    assert by["b"].sends == []


def _sql(runtime: Runtime, statement: LiteralString) -> None:
    with runtime.database.transaction() as conn:
        conn.execute(statement)


def test_only_codes_get_a_second_send_and_one_carrier_alone_none(
    runtime: Runtime, clock: Clock
) -> None:
    runtime, by = three(runtime)
    with runtime.database.transaction() as conn:
        queue(conn, clock.now(), "reply", 5)
    drain(runtime)
    put_code(with_carriers(runtime, {"a": by["a"]}))
    drain(with_carriers(runtime, {"a": by["a"]}))
    clock.advance(seconds=60)
    assert send_again(runtime) == 0
    assert seconds(runtime) == []


def test_the_first_arrives_after_all_and_the_second_stays_here(
    runtime: Runtime, clock: Clock
) -> None:
    runtime, by = three(runtime)
    first = put_code(runtime)
    drain(runtime)
    clock.advance(seconds=20)
    assert send_again(runtime) == 1
    receipt(runtime, "a", first)
    drain(runtime)
    assert by["b"].sends == []
    assert seconds(runtime)[0][4] == "expired"
    assert [kind for kind, _ in events(runtime)] == ["code_rerouted"]  # nobody missed anything


def test_a_code_whose_outcome_is_unknown_waits_no_longer_than_another(
    runtime: Runtime, clock: Clock
) -> None:
    """Its carrier may have it, so the next one gets it; the first is never asked to send again."""
    runtime, by = three(runtime)
    by["a"].on_send = by["a"].on_look_up = lambda message: UnknownOutcome("timeout")
    put_code(runtime)
    with draining(runtime) as send:
        for _ in range(200):
            send()
            send_again(runtime)
            clock.advance(seconds=1)
    assert len(by["a"].sends) == 1
    assert len(by["b"].sends) == 1
    assert len(by["c"].sends) == 1


def test_what_a_carrier_holds_when_its_circuit_opens_goes_by_the_next_at_once(
    runtime: Runtime, clock: Clock
) -> None:
    """Not what it said that it has, and within the budget."""
    runtime, by = three(runtime, failover_hourly_limit=6)
    put_code(runtime)
    drain(runtime)
    by["a"].on_send = by["a"].on_look_up = lambda message: UnknownOutcome("timeout")
    with runtime.database.transaction() as conn:
        (code,) = conn.execute("SELECT id FROM codes").fetchone() or ()
        queue(conn, runtime.now(), "code", 7, code_id=code)
    drain(runtime)
    assert send_again(runtime) == 6
    assert send_again(runtime) == 0
    drain(runtime)
    assert len(by["b"].sends) == 6
    clock.advance(seconds=1)
    assert send_again(runtime) == 0  # once


def test_a_code_in_doubt_at_both_carriers_waits_for_no_answer_of_one_that_is_out(
    runtime: Runtime, clock: Clock
) -> None:
    """`./script/bench faults` had one wait 38 s: twice the time-out of a silent carrier."""
    by = {name: Carrier() for name in NAMES[:2]}
    runtime = with_carriers(runtime, by)
    by["a"].on_send = by["a"].on_look_up = lambda message: UnknownOutcome("timeout")
    by["b"].on_look_up = lambda message: UnknownOutcome("cannot be asked")
    by["b"].on_send = script(UnknownOutcome("dropped"), Sent("carrier-b"))
    first = put_code(runtime)
    drain(runtime)
    _sql(
        runtime,
        "UPDATE carriers SET state = 'open', cause = 'errors',"
        " open_until = now() + interval '1 day' WHERE name = 'a'",
    )
    assert send_again(runtime) == 1
    drain(runtime)
    assert seconds(runtime)[0][4] == "unknown"
    clock.advance(seconds=3)
    drain(runtime)
    assert by["a"].look_ups == []
    assert len(by["b"].sends) == 2
    assert statuses(runtime, [first]) == {first: "sent"}


def test_two_that_refuse_do_not_keep_a_code_from_the_third(runtime: Runtime, clock: Clock) -> None:
    runtime, by = three(runtime)
    by["a"].on_send = by["b"].on_send = lambda message: REFUSED
    put_code(runtime)
    for _ in range(3):
        drain(runtime)
        clock.advance(seconds=1)
    assert [len(by[name].sends) for name in NAMES] == [1, 1, 1]


def test_a_second_send_that_is_refused_does_not_keep_the_third_carrier_waiting(
    runtime: Runtime, clock: Clock
) -> None:
    runtime, by = three(runtime)
    by["a"].on_send = by["a"].on_look_up = lambda message: UnknownOutcome("timeout")
    by["b"].on_send = lambda message: REFUSED
    put_code(runtime)
    drain(runtime)
    _sql(runtime, "UPDATE messages SET next_attempt_at = not_after")  # nobody can ask it
    for _ in range(2 * runtime.settings.code_answer_seconds + 2):
        drain(runtime)
        send_again(runtime)
        clock.advance(seconds=1)
    drain(runtime)
    assert (len(by["a"].sends), len(by["c"].sends)) == (1, 1)


def test_a_code_that_a_carrier_will_never_bring_goes_by_the_next_at_once(
    runtime: Runtime, clock: Clock
) -> None:
    runtime, by = three(runtime)
    by["a"].on_send = by["b"].on_send = script(
        Rejected(Reason.CONFIGURATION, "401"), Rejected(Reason.CARRIER, "502")
    )
    first = put_code(runtime)
    drain(runtime)
    assert events(runtime) == []  # hope is left
    assert send_again(runtime) == 1
    drain(runtime)
    assert send_again(runtime) == 1
    drain(runtime)
    assert [each[2:] for each in seconds(runtime)] == [("b", "a", "failed"), ("c", "a", "sent")]
    told = [(kind, data.get("why")) for kind, data in events(runtime)]
    assert told == [("code_rerouted", "refused")] * 2
    assert statuses(runtime)[first] == "failed"


def test_what_all_carriers_refuse_is_told_once(runtime: Runtime, clock: Clock) -> None:
    runtime, by = three(runtime)
    for carrier in by.values():
        carrier.on_send = lambda message: Rejected(Reason.CARRIER, "502")
    put_code(runtime)
    for _ in range(6):
        drain(runtime)
        send_again(runtime)
        clock.advance(seconds=20)
    assert [kind for kind, _ in events(runtime)] == ["code_rerouted"] * 2 + ["message_failed"]


def test_a_number_that_does_not_exist_does_not_exist_elsewhere(
    runtime: Runtime, clock: Clock
) -> None:
    runtime, by = three(runtime)
    by["a"].on_send = lambda message: Rejected(Reason.BAD_NUMBER, "21211")
    put_code(runtime)
    drain(runtime)
    clock.advance(seconds=30)
    assert send_again(runtime) == 0
    assert [kind for kind, _ in events(runtime)] == ["message_failed"]


def test_a_code_that_failed_by_receipt_takes_another_carrier(
    runtime: Runtime, clock: Clock
) -> None:
    runtime, by = three(runtime)
    first = put_code(runtime)
    drain(runtime)
    receipt(runtime, "a", first, ReceiptStatus.FAILED, Reason.UNREACHABLE)
    clock.advance(seconds=1)
    drain(runtime)
    assert [len(by[name].sends) for name in NAMES] == [1, 1, 0]


def test_a_refused_code_is_tried_with_the_next_carrier_within_a_second(
    runtime: Runtime, clock: Clock
) -> None:
    runtime, by = three(runtime)
    by["a"].on_send = lambda message: REFUSED
    put_code(runtime)
    drain(runtime)
    clock.advance(seconds=1)
    drain(runtime)
    assert [len(by[name].sends) for name in NAMES] == [1, 1, 0]
    # A took nothing: if B confirms nothing, it may have its chance.
    by["a"].on_send = lambda message: Sent("a-took-it")
    clock.advance(seconds=19)
    assert send_again(runtime) == 1
    assert seconds(runtime)[0][2] == "a"


def test_a_failing_carrier_cannot_multiply_cost(runtime: Runtime, clock: Clock) -> None:
    runtime, by = three(runtime, failover_hourly_limit=3)
    put_codes(runtime, 10)
    drain(runtime)
    clock.advance(seconds=20)
    assert send_again(runtime) == 3
    drain(runtime)
    for _ in range(4):
        clock.advance(seconds=30)
        send_again(runtime)
        drain(runtime)
    assert (len(by["b"].sends), len(by["c"].sends)) == (3, 0)
    told = [data for kind, data in events(runtime) if kind == "failover_budget_spent"]
    assert told == [{"carrier": "a", "limit": 3}]


def test_two_sweepers_make_one_second_send_and_keep_the_budget(
    runtime: Runtime, clock: Clock
) -> None:
    runtime, _ = three(runtime, failover_hourly_limit=15)
    put_codes(runtime, 40)
    drain(runtime)
    clock.advance(seconds=20)
    start = threading.Barrier(4)
    made: list[int] = []

    def work() -> None:
        start.wait()
        made.extend(send_again(runtime) for _ in range(5))

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sum(made) == 15
    firsts = [each[1] for each in seconds(runtime)]
    assert len(set(firsts)) == 15


def test_the_database_itself_refuses_a_second_send_by_the_same_carrier(runtime: Runtime) -> None:
    from psycopg.errors import UniqueViolation

    runtime, _ = three(runtime)
    first = put_code(runtime)
    insert = (
        "INSERT INTO messages (direction, status, phone, at, next_attempt_at, template, language,"
        " body, segments, lane, not_after, again_of, via, instead_of) SELECT 'out', 'queued',"
        " phone, at, at, template, language, body, segments, lane, not_after, id, 'b', 'a'"
        " FROM messages WHERE id = %s"
    )
    with runtime.database.transaction() as conn:
        conn.execute(insert, (first,))
    with pytest.raises(UniqueViolation), runtime.database.transaction() as conn:
        conn.execute(insert, (first,))


# ---- in any order -----------------------------------------------------------------------------

OUTCOMES = st.sampled_from(["takes", "refuses", "never answers but took", "never answers"])


class Honest(Carrier):
    """Answers as told, remembers what it took; a look-up says the truth, or nothing."""

    def __init__(self, answers: list[str], *, can_be_asked: bool) -> None:
        super().__init__(self._take, self._asked)
        self.answers = answers
        self.can_be_asked = can_be_asked
        self.took: list[int] = []  # message ids
        self.maybe: list[int] = []  # those, and those of which nobody else can tell

    def _take(self, message: Outgoing) -> Outcome:
        answer = self.answers.pop(0) if self.answers else "takes"
        if answer == "refuses":
            return REFUSED
        self.maybe.append(message.message_id)
        if answer != "never answers":
            self.took.append(message.message_id)
        if answer != "takes":
            return UnknownOutcome("timeout")
        return Sent(f"{self.name}-{message.message_id}")

    def _asked(self, message: Outgoing) -> Outcome:
        if not self.can_be_asked:
            return UnknownOutcome("cannot be asked")
        if message.message_id in self.took:
            return Sent(f"{self.name}-{message.message_id}")
        self.maybe.remove(message.message_id)  # now it is certain
        return Retry(Reason.CARRIER, "not found")


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("wait"), st.sampled_from([1, 3, 9, 20, 31])),
        st.tuples(st.just("drain"), st.just(0)),
        st.tuples(st.just("sweep"), st.just(0)),
        st.tuples(st.just("confirm"), st.integers(0, 2)),
        st.tuples(st.just("say sent"), st.integers(0, 2)),
    ),
    min_size=4,
    max_size=24,
)


@hypothesis_settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    answers=st.lists(st.lists(OUTCOMES, max_size=4), min_size=3, max_size=3),
    can_be_asked=st.booleans(),
    steps=STEPS,
)
def test_no_carrier_takes_the_code_twice(
    runtime: Runtime,
    clock: Clock,
    answers: list[list[str]],
    can_be_asked: bool,
    steps: list[tuple[str, int]],
) -> None:
    found = {
        name: Honest(list(each), can_be_asked=can_be_asked)
        for name, each in zip(NAMES, answers, strict=True)
    }
    runtime = with_carriers(runtime, dict(found))
    first = _fresh_code(runtime)
    with draining(runtime) as send:
        # After the steps that were drawn, what always goes on.
        for step, number in itertools.chain(steps, _until_settled(runtime)):
            carrier = found[NAMES[number % 3]]
            match step:
                case "wait":
                    clock.advance(seconds=number)
                case "drain":
                    send()
                case "sweep":
                    sweep(runtime)
                    send_again(runtime)
                case _ if carrier.took:
                    message = carrier.took[-1]
                    status = ReceiptStatus.DELIVERED if step == "confirm" else ReceiptStatus.SENT
                    news = Receipt(
                        carrier.name, f"{carrier.name}-{message}", message, status, status.value
                    )
                    receipts.receive(runtime, news)
    for carrier in found.values():
        seconds_here = [message for message in carrier.maybe if message != first]
        assert len(seconds_here) <= 1
        if seconds_here and not all(each.maybe for each in found.values()):
            # It had not got, or perhaps got, the first; unless everybody leaves us in doubt.
            assert carrier.maybe == seconds_here
        if can_be_asked:
            assert len(carrier.took) <= 1
    # Some carrier has it, unless each of them leaves us in doubt.
    assert any(carrier.took for carrier in found.values()) or (
        not can_be_asked and all(carrier.maybe for carrier in found.values())
    )


# More than all the steps that are drawn, and then time for all that is refused.
_LIVES = timedelta(minutes=30)


def _until_settled(runtime: Runtime) -> Iterator[tuple[str, int]]:
    """What always goes on, until nothing of the code is due any more: at the latest, its end."""
    while _under_way(runtime):
        yield from (("wait", 31), ("drain", 0), ("sweep", 0))


def _under_way(runtime: Runtime) -> bool:
    with runtime.database.transaction() as conn:
        row = conn.execute(
            "SELECT EXISTS (SELECT FROM messages WHERE status IN ('queued', 'sending', 'unknown')"
            " OR confirm_by IS NOT NULL AND status IN ('sent', 'failed'))"
        ).fetchone()
    return row == (True,)


def _fresh_code(runtime: Runtime) -> int:
    """One code text, and nothing left of the examples before."""
    now = runtime.now()
    with runtime.database.transaction() as conn:
        conn.execute("DELETE FROM carriers")
        conn.execute("DELETE FROM carrier_outcomes")
        conn.execute("UPDATE messages SET status = 'expired', confirm_by = NULL")
        row = conn.execute(
            "UPDATE codes SET released_at = %s, expires_at = %s RETURNING id",
            (now, now + _LIVES),
        ).fetchone()
        code = row[0] if row else issue_code(conn, now)
        (message,) = queue(conn, now, "code", code_id=code, lives=_LIVES)
    runtime.redis.flushdb()
    return message
