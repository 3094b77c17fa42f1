from __future__ import annotations

import dataclasses
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any, LiteralString
from uuid import uuid4

import pytest
from psycopg import sql
from psycopg.types.json import Jsonb
from redis import Redis

from gateways.base import (
    Outcome,
    Outgoing,
    Reason,
    ReceiptStatus,
    Rejected,
    Retry,
    Sent,
    UnknownOutcome,
)
from messages.catalogue import Lane
from outbox.claim import claim
from outbox.drain import Drain
from outbox.due import LEASE
from outbox.lanes import LANES
from outbox.sweep import sweep
from postal.codes import code_of
from runtime import Runtime
from store.database import Database
from tests.rigs.clock import Clock
from tests.rigs.outbox import (
    NAME,
    NOWHERE,
    PHONE,
    Carrier,
    drain,
    issue_code,
    not_accepted,
    queue,
    script,
    statuses,
    with_carrier,
)


def row(runtime: Runtime, message: int, columns: str) -> tuple[Any, ...]:
    names = sql.SQL(", ").join(map(sql.Identifier, columns.split(", ")))
    query = sql.SQL("SELECT {} FROM messages WHERE id = %s").format(names)
    with runtime.database.transaction() as conn:
        found = conn.execute(query, (message,)).fetchone()
    assert found is not None
    return found


def test_what_is_due_is_sent_once_and_says_so(runtime: Runtime, clock: Clock) -> None:
    carrier = Carrier()
    with runtime.database.transaction() as conn:
        ids = queue(conn, clock.now(), count=150)
    drain(with_carrier(runtime, carrier))
    assert sorted(carrier.sent_ids) == ids
    assert set(statuses(runtime).values()) == {"sent"}
    columns = "carrier_id, gateway, attempts, sent_at, first_tried_at, lease"
    now = clock.now()
    assert row(runtime, ids[0], columns) == (f"carrier-{ids[0]}", NAME, 1, now, now, None)


def test_what_is_not_due_waits(runtime: Runtime, clock: Clock) -> None:
    carrier = Carrier()
    with runtime.database.transaction() as conn:
        queue(conn, clock.now() + timedelta(seconds=1))
    drain(with_carrier(runtime, carrier))
    assert carrier.sends == []
    clock.advance(seconds=1)
    drain(with_carrier(runtime, carrier))
    assert len(carrier.sends) == 1


def test_the_code_is_filled_in_only_on_its_way_out(runtime: Runtime, clock: Clock) -> None:
    carrier = Carrier()
    salt = b"salt of sixteen "
    with runtime.database.transaction() as conn:
        code_id = issue_code(conn, clock.now(), salt)
        (message,) = queue(conn, clock.now(), "code", code_id=code_id)
    runtime = with_carrier(runtime, carrier)
    drain(runtime)
    key = runtime.settings.dakiya_master_key.get_secret_value().encode()
    assert carrier.sends[0].text == f"code {code_of(key, salt, 1, 6)}"
    assert row(runtime, message, "body, status") == ("code ••••••", "sent")


@pytest.mark.parametrize(("amount", "words"), [(0, "code_free"), (850, "code")])
def test_the_carrier_is_told_which_registered_sentence_the_words_are(
    runtime: Runtime, clock: Clock, amount: int, words: str
) -> None:
    carrier = Carrier()
    with runtime.database.transaction() as conn:
        code_id = issue_code(conn, clock.now())
        queue(conn, clock.now(), "code", code_id=code_id)
        conn.execute(
            "UPDATE messages SET template = 'code', variables = %s", (Jsonb({"amount": amount}),)
        )
    drain(with_carrier(runtime, carrier))
    assert [each.template for each in carrier.sends] == [words]


def test_a_row_that_cannot_be_sent_does_not_hold_up_the_others(
    runtime: Runtime, clock: Clock
) -> None:
    carrier = Carrier()
    with runtime.database.transaction() as conn:
        code_id = issue_code(conn, clock.now())
        (broken,) = queue(conn, clock.now(), "code", code_id=code_id)
        conn.execute("UPDATE messages SET body = 'no place for a code'")
        (good,) = queue(conn, clock.now())
    drain(with_carrier(runtime, carrier))
    assert carrier.sent_ids == [good]
    assert row(runtime, broken, "status") == ("failed",)


@pytest.mark.parametrize("said", [b"", b"\x01", b"\x01rubbish", b"\x63of a newer release"])
def test_words_that_cannot_be_unpacked_are_not_sent_and_hold_up_no_others(
    said: bytes, runtime: Runtime, clock: Clock
) -> None:
    carrier = Carrier()
    with runtime.database.transaction() as conn:
        (broken,) = queue(conn, clock.now())
        conn.execute("UPDATE messages SET body = '', said = %s", (said,))
        (good,) = queue(conn, clock.now())
    drain(with_carrier(runtime, carrier))
    assert carrier.sent_ids == [good]
    assert row(runtime, broken, "status") == ("failed",)


@pytest.mark.parametrize(
    "end",
    [
        "UPDATE codes SET used_at = now()",
        "UPDATE codes SET dead_at = now(), dead_reason = 'fraud'",
        "UPDATE codes SET expires_at = released_at",
    ],
)
def test_a_code_that_died_meanwhile_is_not_sent(
    runtime: Runtime, clock: Clock, end: LiteralString
) -> None:
    carrier = Carrier()
    with runtime.database.transaction() as conn:
        (message,) = queue(conn, clock.now(), "code", code_id=issue_code(conn, clock.now()))
        conn.execute(end)
    drain(with_carrier(runtime, carrier))
    assert carrier.sends == []
    assert row(runtime, message, "status, error") == ("expired", "code dead")


def test_what_is_past_its_deadline_expires_with_an_event(runtime: Runtime, clock: Clock) -> None:
    carrier = Carrier()
    with runtime.database.transaction() as conn:
        late = queue(conn, clock.now(), count=100, lives=timedelta(seconds=30))
        (alive,) = queue(conn, clock.now(), lives=timedelta(seconds=31))
    clock.advance(seconds=30)
    drain(with_carrier(runtime, carrier))
    assert carrier.sent_ids == [alive]
    assert set(statuses(runtime, late).values()) == {"expired"}
    with runtime.database.transaction() as conn:
        events = conn.execute("SELECT kind, data->>'message' FROM events ORDER BY id").fetchall()
    assert sorted(events) == sorted(("message_expired", str(id_)) for id_ in late)


def test_two_drains_never_send_the_same_message(runtime: Runtime, clock: Clock) -> None:
    start = threading.Barrier(2)
    carrier = Carrier()
    with runtime.database.transaction() as conn:
        ids = [
            id_
            for lane in ("code", "notice", "bulk")
            for id_ in queue(conn, clock.now(), lane, 300)
        ]
    runtime = with_carrier(runtime, carrier)

    def one() -> None:
        start.wait()
        drain(runtime)

    threads = [threading.Thread(target=one) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(carrier.sent_ids) == sorted(ids)
    assert set(statuses(runtime).values()) == {"sent"}


def test_a_worker_killed_between_claim_and_send_loses_nothing(
    runtime: Runtime, clock: Clock
) -> None:
    carrier = Carrier(on_look_up=not_accepted)
    with runtime.database.transaction() as conn:
        ids = queue(conn, clock.now(), "notice", 5)
    shares: dict[Lane, int] = {"code": 0, "alarm": 0, "reply": 0, "notice": 5, "bulk": 0}
    with runtime.database.transaction() as conn:  # … and the process is gone
        taken = claim(conn, shares, 5, uuid4(), lambda standing: NAME, clock.now()).taken
    assert len(taken) == 5
    runtime = with_carrier(runtime, carrier)

    clock.advance(seconds=LEASE.total_seconds() - 1)
    assert sweep(runtime).leases_over == 0
    drain(runtime)
    assert carrier.sends == []

    clock.advance(seconds=1)
    assert sweep(runtime).leases_over == 5
    assert set(statuses(runtime).values()) == {"unknown"}
    drain(runtime)
    assert sorted(m.message_id for m in carrier.look_ups) == ids
    assert sorted(carrier.sent_ids) == ids
    assert set(statuses(runtime).values()) == {"sent"}


def test_a_worker_killed_after_the_send_does_not_send_twice(runtime: Runtime, clock: Clock) -> None:
    carrier = Carrier(on_look_up=lambda message: Sent("found"))
    with runtime.database.transaction() as conn:
        (message,) = queue(conn, clock.now())
        claim(
            conn,
            dict.fromkeys(LANES, 1),
            3,
            uuid4(),
            lambda standing: NAME,
            clock.now(),
        )
    clock.advance(seconds=30)
    runtime = with_carrier(runtime, carrier)
    sweep(runtime)
    drain(runtime)
    assert carrier.sends == []
    assert row(runtime, message, "status, carrier_id") == ("sent", "found")


def test_a_verdict_after_the_lease_still_counts_if_nobody_else_took_over(
    runtime: Runtime, clock: Clock
) -> None:
    begun = threading.Event()

    def slow(message: Outgoing) -> Outcome:
        begun.set()
        clock.advance(seconds=31)
        assert sweep(runtime).leases_over == 1
        return Sent("late")

    carrier = Carrier(slow)
    with runtime.database.transaction() as conn:
        (message,) = queue(conn, clock.now())
    # The slice ends while the call is under way, so that nothing looks the message up meanwhile.
    drain = Drain(with_carrier(runtime, carrier))
    drain.run(0)
    assert begun.wait(20)
    drain.finish()
    assert row(runtime, message, "status, carrier_id") == ("sent", "late")


@contextmanager
def pool_of_one(runtime: Runtime) -> Iterator[Database]:
    database = Database(runtime.settings.database_url, 1)
    database.open()
    yield database
    database.close()


def test_no_connection_is_held_while_a_carrier_is_called(runtime: Runtime, clock: Clock) -> None:
    with pool_of_one(runtime) as database:

        def send(message: Outgoing) -> Outcome:
            with database.transaction() as conn:  # the only one there is
                conn.execute("SELECT 1")
            return Sent(str(message.message_id))

        with runtime.database.transaction() as conn:
            queue(conn, clock.now(), count=20)
        carrier = Carrier(send)
        drain(with_carrier(dataclasses.replace(runtime, database=database), carrier))
    assert len(carrier.sends) == 20
    assert set(statuses(runtime).values()) == {"sent"}


def test_lanes_share_and_codes_go_first(runtime: Runtime, clock: Clock) -> None:
    carrier = Carrier()
    with runtime.database.transaction() as conn:
        bulk = set(queue(conn, clock.now(), "bulk", 400))
        notices = set(queue(conn, clock.now(), "notice", 400))
        replies = set(queue(conn, clock.now(), "reply", 400))
        codes = set(queue(conn, clock.now(), "code", 20))
    drain(with_carrier(runtime, carrier, send_slots=16))
    order = carrier.sent_ids
    assert codes <= set(order[:50])
    rest = [id_ for id_ in order if id_ not in codes][:210]
    # What codes leave unused passes on to replies first; the others keep their own share.
    assert sum(1 for id_ in rest if id_ in bulk) >= 8
    assert sum(1 for id_ in rest if id_ in notices) >= 20
    assert sum(1 for id_ in rest if id_ in replies) > 100
    assert len(order) == 1220


def test_a_code_passes_while_bulk_occupies_all_other_slots(runtime: Runtime, clock: Clock) -> None:
    code_sent = threading.Event()
    stuck = threading.Semaphore(0)
    bulk_started = threading.Semaphore(0)

    def send(message: Outgoing) -> Outcome:
        if message.text.startswith("code"):
            code_sent.set()
        else:
            bulk_started.release()
            assert stuck.acquire(timeout=20)
        return Sent(str(message.message_id))

    with runtime.database.transaction() as conn:
        queue(conn, clock.now(), "bulk", 100)
    runtime = with_carrier(runtime, Carrier(send), send_slots=8)
    thread = threading.Thread(target=drain, args=(runtime,))
    thread.start()
    for _ in range(7):  # 8 slots, one kept for codes
        assert bulk_started.acquire(timeout=20)
    with runtime.database.transaction() as conn:
        queue(conn, clock.now(), "code", code_id=issue_code(conn, clock.now()))
    assert code_sent.wait(20)
    assert not bulk_started.acquire(blocking=False)
    stuck.release(100)
    thread.join()


def test_a_flushed_valkey_loses_nothing(runtime: Runtime, clock: Clock) -> None:
    carrier = Carrier(
        script(*[Retry(Reason.CARRIER, "503")] * 3, *[Sent(str(n)) for n in range(3)])
    )
    with runtime.database.transaction() as conn:
        queue(conn, clock.now(), count=3)
    runtime = with_carrier(runtime, carrier)
    drain(runtime)
    runtime.redis.flushdb()
    clock.advance(seconds=1)
    assert sweep(runtime).due
    drain(runtime)
    assert set(statuses(runtime).values()) == {"sent"}
    assert len(carrier.sends) == 6


def test_without_valkey_it_still_sends(runtime: Runtime, clock: Clock) -> None:
    carrier = Carrier()
    with runtime.database.transaction() as conn:
        queue(conn, clock.now(), count=30, phone=PHONE)
    nowhere = Redis.from_url(NOWHERE)
    runtime = dataclasses.replace(with_carrier(runtime, carrier), redis=nowhere)
    drain(runtime)
    assert sweep(runtime).due is False
    assert len(carrier.sends) == 30


def test_a_refused_message_is_tried_again_after_its_wait(runtime: Runtime, clock: Clock) -> None:
    carrier = Carrier(script(Retry(Reason.CARRIER, "503"), Retry(Reason.CARRIER, "503"), Sent("x")))
    with runtime.database.transaction() as conn:
        (message,) = queue(conn, clock.now())
    runtime = with_carrier(runtime, carrier)
    calls = []
    for _ in range(6):
        drain(runtime)
        calls.append(len(carrier.sends))
        clock.advance(seconds=1)
    assert calls == [1, 2, 2, 2, 3, 3]
    assert row(runtime, message, "status, attempts, error") == ("sent", 3, None)


def test_a_rejected_message_fails_for_good_with_an_event(runtime: Runtime, clock: Clock) -> None:
    carrier = Carrier(script(Rejected(Reason.BAD_NUMBER, "21211")))
    with runtime.database.transaction() as conn:
        (message,) = queue(conn, clock.now())
    runtime = with_carrier(runtime, carrier)
    drain(runtime)
    clock.advance(minutes=5)
    drain(runtime)
    assert len(carrier.sends) == 1
    assert row(runtime, message, "status, error") == ("failed", "bad_number: 21211")
    with runtime.database.transaction() as conn:
        assert conn.execute("SELECT kind FROM events").fetchall() == [("message_failed",)]


def test_an_unknown_outcome_is_looked_up_before_it_is_sent_again(
    runtime: Runtime, clock: Clock
) -> None:
    carrier = Carrier(script(UnknownOutcome("timeout"), Sent("second")), not_accepted)
    with runtime.database.transaction() as conn:
        (message,) = queue(conn, clock.now())
    runtime = with_carrier(runtime, carrier)
    drain(runtime)
    assert row(runtime, message, "status") == ("unknown",)
    clock.advance(seconds=3)
    drain(runtime)
    assert (len(carrier.look_ups), len(carrier.sends)) == (1, 2)
    assert carrier.look_ups[0].first_tried_at == clock.now() - timedelta(seconds=3)
    assert row(runtime, message, "status, carrier_id") == ("sent", "second")


def test_a_gateway_that_raises_leaves_an_unknown_outcome(runtime: Runtime, clock: Clock) -> None:
    def broken(message: Outgoing) -> Outcome:
        raise KeyError(message.text)

    with runtime.database.transaction() as conn:
        (message,) = queue(conn, clock.now())
    drain(with_carrier(runtime, Carrier(broken)))
    assert row(runtime, message, "status, error") == ("unknown", "the gateway raised KeyError")


def test_an_answer_may_say_delivered_already(runtime: Runtime, clock: Clock) -> None:
    carrier = Carrier(lambda message: Sent("s", ReceiptStatus.DELIVERED))
    with runtime.database.transaction() as conn:
        (message,) = queue(conn, clock.now())
    drain(with_carrier(runtime, carrier))
    assert row(runtime, message, "status, delivered_at") == ("delivered", clock.now())


def test_one_carrier_id_for_two_messages_does_not_hold_up_the_batch(
    runtime: Runtime, clock: Clock
) -> None:
    carrier = Carrier(lambda message: Sent("None" if message.message_id < 3 else "good"))
    with runtime.database.transaction() as conn:
        queue(conn, clock.now(), count=3)
    drain(with_carrier(runtime, carrier))
    assert set(statuses(runtime).values()) == {"sent"}
    with runtime.database.transaction() as conn:
        rows = conn.execute("SELECT carrier_id, error FROM messages ORDER BY id").fetchall()
    assert sorted(rows, key=str) == sorted(
        [("None", None), (None, "carrier's id is not unique"), ("good", None)], key=str
    )


def test_a_phone_gets_no_more_than_its_limit_and_codes_all_the_same(
    runtime: Runtime, clock: Clock
) -> None:
    carrier = Carrier()
    with runtime.database.transaction() as conn:
        codes = queue(conn, clock.now(), "code", 5, PHONE)
        replies = queue(conn, clock.now(), "reply", 5, PHONE)
        other = queue(conn, clock.now(), "reply", 1, "+919800000000")
    runtime = with_carrier(runtime, carrier, phone_hourly_limit=4)
    drain(runtime)
    sent = set(carrier.sent_ids)
    assert set(codes) <= sent
    assert set(other) <= sent
    assert len(sent & set(replies)) == 2  # half at once, half over the hour
    assert sorted(statuses(runtime, replies).values()) == ["queued"] * 3 + ["sent"] * 2
    with runtime.database.transaction() as conn:
        later = conn.execute(
            "SELECT count(*) FROM messages WHERE status = 'queued' AND attempts = 0"
            " AND lease IS NULL AND next_attempt_at > %s AND next_attempt_at <= not_after",
            (clock.now(),),
        ).fetchone()
    assert later == (3,)


def test_a_slow_gateway_is_not_overrun_and_codes_overtake(runtime: Runtime, clock: Clock) -> None:
    carrier = Carrier(rate=20.0)  # burst 2, then one each 50 ms
    with runtime.database.transaction() as conn:
        queue(conn, clock.now(), "bulk", 30)
        codes = queue(conn, clock.now(), "code", 3)
    drain = Drain(with_carrier(runtime, carrier))
    assert drain.run(0.4) is True
    order = carrier.sent_ids
    assert 3 <= len(order) <= 2 + 20 * 0.4 + 2
    assert order[:3] == codes
    drain.finish()
    left = [status for status in statuses(runtime).values() if status != "sent"]
    assert set(left) == {"queued"}
    assert len(left) == 33 - len(carrier.sends)


def test_a_stop_writes_what_is_under_way_and_gives_back_the_rest(
    runtime: Runtime, clock: Clock
) -> None:
    started, let_go = threading.Semaphore(0), threading.Semaphore(0)

    def send(message: Outgoing) -> Outcome:
        started.release()
        assert let_go.acquire(timeout=20)
        return Sent(str(message.message_id))

    carrier = Carrier(send)
    with runtime.database.transaction() as conn:
        queue(conn, clock.now(), count=20)
    drain = Drain(with_carrier(runtime, carrier, send_slots=8))
    thread = threading.Thread(target=drain.run, args=(60,))
    thread.start()
    for _ in range(7):
        assert started.acquire(timeout=20)
    drain.stop()
    thread.join(20)
    assert not thread.is_alive()
    let_go.release(20)
    drain.finish()
    assert sorted(statuses(runtime).values()) == ["queued"] * 13 + ["sent"] * 7


def test_a_database_that_goes_away_costs_no_outcome(runtime: Runtime, clock: Clock) -> None:
    carrier = Carrier()
    with runtime.database.transaction() as conn:
        queue(conn, clock.now(), count=10)
    database = Database(runtime.settings.database_url, 2, wait=60)
    database.open()
    drain = Drain(with_carrier(dataclasses.replace(runtime, database=database), carrier))
    drain.run(0)  # claimed and submitted; outcomes not yet written
    with runtime.database.transaction() as conn:
        conn.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE usename = current_user AND datname = current_database()"
            " AND pid <> pg_backend_pid()"
        )
    while drain.run():
        pass
    drain.finish()
    database.close()
    assert len(carrier.sends) == 10
    assert set(statuses(runtime).values()) == {"sent"}
