from __future__ import annotations

import threading
from datetime import timedelta
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from gateways.base import (
    Outgoing,
    Reason,
    Receipt,
    ReceiptStatus,
    Sent,
    UnknownOutcome,
    Unreadable,
)
from india.calendar import day_of
from messages.catalogue import Lane
from outbox import receipts, settle
from outbox.claim import claim
from outbox.due import TakenMessage
from outbox.lanes import LANES
from outbox.policy import after_send
from outbox.sweep import sweep
from postal.desk import carrier_figures, timeline
from runtime import Runtime
from store.database import Database
from tests.rigs.clock import Clock
from tests.rigs.outbox import NAME, Carrier, drain, queue, statuses, with_carrier
from tests.rigs.past_months import began_earlier

SENT, DELIVERED, FAILED, UNCERTAIN = (
    ReceiptStatus.SENT,
    ReceiptStatus.DELIVERED,
    ReceiptStatus.FAILED,
    ReceiptStatus.UNCERTAIN,
)
OUTCOME = "the send call returns"


def receipt(
    carrier_id: str,
    status: ReceiptStatus,
    message_id: int | None = None,
    reason: Reason | None = Reason.BLOCKED,
) -> Receipt:
    failed = status is FAILED
    return Receipt(NAME, carrier_id, message_id, status, status.value, reason if failed else None)


def take(runtime: Runtime, lane: Lane = "notice") -> TakenMessage:
    """A message of which the send call has not returned yet."""
    now = runtime.now()
    shares = dict.fromkeys(LANES, 0) | {lane: 1}
    with runtime.database.transaction() as conn:
        queue(conn, now, lane)
        (taken,) = claim(conn, shares, 1, uuid4(), lambda standing: NAME, now).taken
    return taken


def returned(runtime: Runtime, taken: TakenMessage, carrier_id: str) -> None:
    now = runtime.now()
    verdict = after_send(Sent(carrier_id), taken.standing, now)
    runtime.database.run(
        lambda conn: settle.write(conn, [settle.SettledMessage(taken, verdict)], now)
    )


def status(runtime: Runtime, message: int) -> str:
    return statuses(runtime)[message]


@st.composite
def histories(draw: st.DrawFn) -> list[ReceiptStatus | str]:
    """The outcome of a send and its receipts, some of them twice, in any order."""
    happened = draw(st.lists(st.sampled_from(ReceiptStatus), max_size=5))
    return draw(st.permutations([OUTCOME, *happened]))


@hypothesis_settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(history=histories(), named=st.booleans())
def test_receipts_in_any_order_lead_to_the_same_end(
    runtime: Runtime, history: list[ReceiptStatus | str], named: bool
) -> None:
    taken = take(runtime)
    message, carrier_id = taken.due.id, f"c{taken.due.id}"
    for step in history:
        if step == OUTCOME:
            returned(runtime, taken, carrier_id)
        else:
            named_id = message if named else None
            receipts.receive(runtime, receipt(carrier_id, ReceiptStatus(step), named_id))
    expected = "delivered" if DELIVERED in history else "failed" if FAILED in history else "sent"
    assert status(runtime, message) == expected
    with runtime.database.transaction() as conn:
        stored = conn.execute(
            "SELECT status FROM receipts WHERE message_id = %s ORDER BY id", (message,)
        ).fetchall()
        said = conn.execute(
            "SELECT carrier_id, heard FROM messages WHERE id = %s", (message,)
        ).fetchone()
    # All are kept, in order; the usual one in the text's own row.
    heard = DELIVERED in history[history.index(OUTCOME) :] and FAILED not in history
    assert said is not None
    assert said[0] == carrier_id
    if heard:
        assert said[1] == "delivered"
    kept = [ReceiptStatus(row[0]) for row in stored]
    came = [s for s in history if s != OUTCOME]
    assert sorted([*kept, *([DELIVERED] if said[1] else [])]) == sorted(came)
    assert [s for s in kept if s is not DELIVERED] == [s for s in came if s is not DELIVERED]


@hypothesis_settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    history=st.lists(st.sampled_from([SENT, FAILED]), max_size=4).flatmap(
        lambda extra: st.permutations([OUTCOME, FAILED, *extra])
    ),
    named=st.booleans(),
)
def test_a_code_that_failed_for_the_moment_is_sent_once_more(
    runtime: Runtime, history: list[ReceiptStatus | str], named: bool
) -> None:
    taken = take(runtime, "code")
    message, first = taken.due.id, f"first-{taken.due.id}"
    named_id = message if named else None
    for step in history:
        if step == OUTCOME:
            returned(runtime, taken, first)
        else:
            receipts.receive(
                runtime, receipt(first, ReceiptStatus(step), named_id, Reason.UNREACHABLE)
            )
    assert status(runtime, message) == "queued"
    # The second try; what the first one's receipts repeat meanwhile does not disturb it.
    with runtime.database.transaction() as conn:
        later = runtime.now() + timedelta(seconds=1)
        (again,) = claim(
            conn,
            {"code": 1, "alarm": 0, "reply": 0, "notice": 0, "bulk": 0},
            0,
            uuid4(),
            lambda standing: NAME,
            later,
        ).taken
    assert again.due.id == message
    for late in (FAILED, SENT):
        receipts.receive(runtime, receipt(first, late, named_id, Reason.UNREACHABLE))
    assert status(runtime, message) == "sending"
    returned(runtime, again, f"second-{message}")
    receipts.receive(runtime, receipt(first, FAILED, named_id, Reason.UNREACHABLE))
    assert status(runtime, message) == "sent"
    receipts.receive(runtime, receipt(f"second-{message}", DELIVERED, named_id))
    assert status(runtime, message) == "delivered"


def test_a_receipt_from_inside_the_send_call_is_not_lost(runtime: Runtime, clock: Clock) -> None:
    def send(message: Outgoing) -> Sent:
        receipts.receive(runtime, receipt("early", DELIVERED))
        return Sent("early")

    with runtime.database.transaction() as conn:
        (message,) = queue(conn, clock.now())
    drain(with_carrier(runtime, Carrier(send)))
    assert status(runtime, message) == "delivered"


@pytest.mark.parametrize(("months", "end"), [(0, "delivered"), (1, "delivered"), (2, "sent")])
def test_a_receipt_that_overtakes_its_send_counts_where_the_clock_was_set_back_by_a_month_at_most(
    runtime: Runtime, owner: Database, months: int, end: str
) -> None:
    with began_earlier(owner.url, 4):
        taken = take(runtime)
        receipts.receive(runtime, receipt(f"c{taken.due.id}", DELIVERED))
        with owner.transaction() as conn:  # so it would be numbered
            conn.execute("UPDATE receipts SET id = id - %s", [months * 10**12])
        returned(runtime, taken, f"c{taken.due.id}")
        assert status(runtime, taken.due.id) == end
        with owner.transaction() as conn:  # months go when the block ends
            conn.execute("TRUNCATE messages, receipts, outbox, carrier_ids")


def test_a_receipt_and_the_outcome_at_the_same_moment_do_not_miss_each_other(
    runtime: Runtime,
) -> None:
    taken = take(runtime)
    now = runtime.now()
    verdict = after_send(Sent("same"), taken.standing, now)
    thread = threading.Thread(
        target=receipts.receive, args=(runtime, receipt("same", DELIVERED)), daemon=True
    )
    with runtime.database.transaction() as conn:
        settle.write(conn, [settle.SettledMessage(taken, verdict)], now)  # not yet committed
        thread.start()
        while thread.is_alive():  # until it waits for this transaction
            waiting = conn.execute(
                "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
            ).fetchone()
            if waiting == (1,):
                break
    thread.join(20)
    assert status(runtime, taken.due.id) == "delivered"


def test_a_message_that_was_never_tried_is_delivered_if_its_carrier_says_so(
    runtime: Runtime, clock: Clock
) -> None:
    taken = take(runtime)
    receipts.receive(runtime, receipt("c", DELIVERED, taken.due.id))
    assert status(runtime, taken.due.id) == "delivered"
    returned(runtime, taken, "c")
    assert status(runtime, taken.due.id) == "delivered"


def test_a_receipt_cannot_take_the_carrier_id_of_another_message(runtime: Runtime) -> None:
    mine, other = take(runtime), take(runtime)
    returned(runtime, mine, "mine")
    returned(runtime, other, "other")
    receipts.receive(runtime, receipt("mine", DELIVERED, other.due.id))
    assert statuses(runtime) == {mine.due.id: "delivered", other.due.id: "sent"}


def test_the_usual_receipt_is_a_column_and_what_contradicts_it_a_row(
    runtime: Runtime, clock: Clock
) -> None:
    usual, doubted = take(runtime), take(runtime)
    for taken in (usual, doubted):
        returned(runtime, taken, f"c{taken.due.id}")
        clock.advance(seconds=5)
        word = Receipt(NAME, f"c{taken.due.id}", None, DELIVERED, "DELIVRD")
        receipts.receive(runtime, word)
    arrived = runtime.now()
    clock.advance(seconds=5)
    receipts.receive(runtime, receipt(f"c{doubted.due.id}", FAILED))
    receipts.receive(runtime, receipt(f"c{doubted.due.id}", DELIVERED))
    with runtime.database.transaction() as conn:
        rows = conn.execute("SELECT message_id, status FROM receipts ORDER BY id").fetchall()
        (one, two) = timeline.texts(conn, [usual.due.id, doubted.due.id])
        (told,) = carrier_figures.told(conn, day_of(runtime.now()))
    assert rows == [(doubted.due.id, "failed"), (doubted.due.id, "delivered")]
    assert [(each.status, each.word) for each in one.receipts] == [("delivered", "DELIVRD")]
    assert (two.receipts[0].at, two.receipts[0].word) == (arrived, "DELIVRD")
    assert [each.status for each in two.receipts] == ["delivered", "failed", "delivered"]
    assert (told.receipts, told.repeated, told.contradictory, told.for_nobody) == (4, 1, 1, 0)


def test_another_gateways_receipt_does_not_count(runtime: Runtime) -> None:
    taken = take(runtime)
    returned(runtime, taken, "c")
    news = Receipt("twilio", "c", taken.due.id, DELIVERED, "delivered")
    receipts.receive(runtime, news)
    assert status(runtime, taken.due.id) == "sent"


@pytest.mark.parametrize("status_", ReceiptStatus)
def test_a_receipt_for_nobody_is_kept(runtime: Runtime, status_: ReceiptStatus) -> None:
    receipts.receive(runtime, receipt("nobody", status_, 4711))
    with runtime.database.transaction() as conn:
        rows = conn.execute("SELECT carrier_id, message_id, status FROM receipts").fetchall()
    assert rows == [("nobody", None, status_.value)]


def test_what_nobody_can_read_is_kept(runtime: Runtime) -> None:
    receipts.receive_unreadable(runtime, Unreadable(NAME, None, "no id", "status=Success"))
    with runtime.database.transaction() as conn:
        rows = conn.execute("SELECT status, word, error FROM receipts").fetchall()
    assert rows == [("unreadable", "no id", "status=Success")]


def test_a_failure_reaches_the_feed_once(runtime: Runtime) -> None:
    taken = take(runtime)
    returned(runtime, taken, "c")
    for _ in range(3):
        receipts.receive(runtime, receipt("c", FAILED))
    with runtime.database.transaction() as conn:
        rows = conn.execute("SELECT kind, data->>'message' FROM events").fetchall()
    assert rows == [("message_failed", str(taken.due.id))]


def test_a_repeated_failure_of_the_first_try_says_nothing_about_the_second(
    runtime: Runtime, clock: Clock
) -> None:
    taken = take(runtime, "code")
    message = taken.due.id
    returned(runtime, taken, "first")
    failed = receipt("first", FAILED, message, Reason.UNREACHABLE)
    receipts.receive(runtime, failed)
    assert status(runtime, message) == "queued"
    clock.advance(seconds=1)
    with_carrier_that_hangs = with_carrier(runtime, Carrier(lambda _: UnknownOutcome("timeout")))
    drain(with_carrier_that_hangs)
    assert status(runtime, message) == "unknown"
    receipts.receive(runtime, failed)
    assert status(runtime, message) == "unknown"


def test_the_verdict_of_a_lost_lease_is_not_written(runtime: Runtime, clock: Clock) -> None:
    taken = take(runtime)
    clock.advance(seconds=30)
    assert sweep(runtime).leases_over == 1
    now = clock.now()
    with runtime.database.transaction() as conn:
        shares: dict[Lane, int] = {"code": 0, "alarm": 0, "reply": 0, "notice": 1, "bulk": 0}
        claim(conn, shares, 1, uuid4(), lambda standing: NAME, now)
    returned(runtime, taken, "c")
    assert status(runtime, taken.due.id) == "sending"
