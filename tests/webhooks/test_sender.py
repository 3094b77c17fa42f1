"""Webhooks reach a real receiver: signed, in order, again after failures, dead after a day."""

from __future__ import annotations

import dataclasses
import logging
import socket
import threading
from collections.abc import Iterator
from datetime import timedelta
from itertools import pairwise, repeat

import pytest
from standardwebhooks import Webhook

import jobs
from postal.people import tokens
from postal.privacy.kept import Kept
from postal.privacy.retention import purge
from runtime import Runtime
from store.database import Database
from store.feed_kinds import Kind
from tests.outbox.test_worker import end, process, until
from tests.rigs.clock import Clock
from tests.rigs.webhook import (
    DROP,
    HANG,
    Receiver,
    deliveries,
    happen,
    one,
    receiving,
    secret,
    states,
    subscribe,
    token,
    work,
)
from webhooks import queue, subscriptions
from webhooks.queue import BACK_OFF, LEASE, Failed
from webhooks.sender import WebhookSender

PATIENCE = 0.25  # seconds that a receiver has to answer in

DELIVERED: Kind = "delivered"


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as receiver:
        yield receiver


@pytest.fixture
def sender(runtime: Runtime) -> Iterator[WebhookSender]:
    sender = WebhookSender(runtime, timeout=PATIENCE)
    yield sender
    sender.finish()


@pytest.fixture
def hook(runtime: Runtime, receiver: Receiver) -> int:
    return subscribe(runtime, token(runtime), receiver.url)


def test_an_event_arrives_signed(
    runtime: Runtime, receiver: Receiver, sender: WebhookSender, hook: int, clock: Clock
) -> None:
    happen(runtime, "attempted")
    happened = runtime.now()
    clock.advance(seconds=40)
    work(sender)
    (call,) = receiver.calls
    assert call.event == {
        "id": 1,
        "at": "2026-08-14T04:30:00Z",
        "kind": "attempted",
        "upu": "EMH",
        "article": None,
        "data": {"remark": 11},
    }
    (delivery,) = deliveries(runtime, hook)
    assert call.headers["webhook-id"] == f"delivery_{delivery.id}"
    assert call.headers["webhook-timestamp"] == str(int(happened.timestamp()) + 40)
    assert call.headers["webhook-signature"].startswith("v1,")
    assert not [name for name in call.headers if name.startswith("Dakiya-")]
    assert call.headers["Content-Type"] == "application/json"
    assert call.signed_by(secret(runtime, hook), runtime.now())
    assert states(runtime, hook) == ["delivered"]
    work(sender)
    assert len(receiver.calls) == 1


def test_a_signature_fits_its_own_secret_id_time_and_body_alone(
    runtime: Runtime, receiver: Receiver, sender: WebhookSender, hook: int
) -> None:
    happen(runtime, "attempted")
    work(sender)
    (call,) = receiver.calls
    key, now = secret(runtime, hook), runtime.now()
    assert call.signed_by(key, now + timedelta(seconds=299))
    assert not call.signed_by(key, now + timedelta(seconds=301))
    assert not call.signed_by(key, now - timedelta(seconds=301))
    other = subscribe(runtime, token(runtime, "another"), receiver.url)
    assert not call.signed_by(secret(runtime, other), now)
    later = str(int(call.headers["webhook-timestamp"]) + 1)
    for changed in ({"webhook-id": "delivery_0"}, {"webhook-timestamp": later}):
        forged = dataclasses.replace(call, headers=call.headers | changed)
        assert not forged.signed_by(key, now)
    assert not dataclasses.replace(call, body=call.body + b" ").signed_by(key, now)


def test_events_arrive_in_the_order_of_the_feed_on_one_connection(
    runtime: Runtime, receiver: Receiver, sender: WebhookSender, hook: int
) -> None:
    happen(runtime, *repeat(DELIVERED, 30))
    work(sender)
    assert receiver.ids == list(range(1, 31))
    assert receiver.connections == 1


def test_only_the_kinds_asked_for_and_only_what_happens_from_now_on(
    runtime: Runtime, receiver: Receiver, sender: WebhookSender, clock: Clock
) -> None:
    happen(runtime, "delivered")
    clock.advance(seconds=1)
    hook = subscribe(runtime, token(runtime), receiver.url, "delivered", "returned")
    happen(runtime, "attempted", "delivered", "approached", "returned")
    work(sender)
    assert [call.event["kind"] for call in receiver.calls] == ["delivered", "returned"]
    assert len(deliveries(runtime, hook)) == 2


def test_a_failing_event_is_overtaken_and_comes_again(
    runtime: Runtime, receiver: Receiver, sender: WebhookSender, hook: int, clock: Clock
) -> None:
    receiver.script = [500]
    happen(runtime, "delivered", "delivered", "delivered")
    work(sender)
    assert receiver.ids == [1, 2, 3]
    clock.advance(seconds=4)
    work(sender)
    assert len(receiver.calls) == 3
    clock.advance(seconds=1)
    work(sender)
    assert receiver.ids == [1, 2, 3, 1]
    assert receiver.calls[0].body == receiver.calls[3].body
    first, _, _, again = receiver.calls
    assert again.headers["webhook-id"] == first.headers["webhook-id"]
    assert len({call.headers["webhook-id"] for call in receiver.calls}) == 3
    assert int(again.headers["webhook-timestamp"]) == int(first.headers["webhook-timestamp"]) + 5
    assert again.signed_by(secret(runtime, hook), runtime.now())
    assert states(runtime, hook) == ["delivered"] * 3


def test_back_off_grows_and_after_a_day_an_event_is_dead(
    runtime: Runtime, receiver: Receiver, sender: WebhookSender, hook: int, clock: Clock
) -> None:
    receiver.usual, receiver.says = 503, b"down for\r\nrepair " + b"x" * 1000
    happen(runtime, "delivered")
    first = clock.now()
    tried: list[float] = []
    while states(runtime, hook) != ["dead"]:
        before = len(receiver.calls)
        work(sender)
        if len(receiver.calls) > before:
            tried.append((clock.now() - first).total_seconds())
        (delivery,) = deliveries(runtime, hook)
        rested = one(runtime, hook).rested_until or delivery.next_attempt_at
        clock.at = max(delivery.next_attempt_at, rested)
    waits = [later - earlier for earlier, later in pairwise(tried)]
    assert waits[:6] == list(BACK_OFF)
    assert set(waits[6:-1]) == {BACK_OFF[-1]}
    assert tried[-1] == 24 * 3600
    assert delivery.error is not None
    assert delivery.error.startswith("answered 503: down for  repair xxx")
    assert len(delivery.error) < 230


def test_a_receiver_that_is_down_is_probed_and_then_gets_everything(
    runtime: Runtime, receiver: Receiver, sender: WebhookSender, hook: int, clock: Clock
) -> None:
    receiver.usual = 502
    happen(runtime, *repeat(DELIVERED, 20))
    work(sender)
    assert receiver.ids == [1, 2, 3]  # then it rests
    clock.advance(seconds=29)
    work(sender)
    assert len(receiver.calls) == 3
    clock.advance(seconds=1)
    work(sender)
    assert receiver.ids == [1, 2, 3, 1]
    clock.advance(seconds=120)
    receiver.usual = 200
    work(sender)
    assert sorted(receiver.ids[4:]) == list(range(1, 21))
    assert one(runtime, hook).failures == 0


@pytest.mark.parametrize(
    ("does", "error"), [(HANG, "ReadTimeout"), (DROP, "ConnectionError"), (302, "answered 302")]
)
def test_no_answer_a_dropped_connection_and_a_redirect_are_failures(
    does: int | str,
    error: str,
    runtime: Runtime,
    receiver: Receiver,
    sender: WebhookSender,
    hook: int,
) -> None:
    receiver.script, receiver.location = [does], receiver.url
    happen(runtime, "delivered")
    work(sender)
    (delivery,) = deliveries(runtime, hook)
    assert (delivery.state, delivery.attempts) == ("pending", 1)
    assert error in (delivery.error or "") or does == DROP
    assert len(receiver.calls) == 1  # nobody went where the redirect led


def test_a_receiver_that_is_away_is_a_failure_without_its_address(
    runtime: Runtime, sender: WebhookSender, receiver: Receiver
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    hook = subscribe(runtime, token(runtime), f"http://127.0.0.1:{port}/secret-path")
    happen(runtime, "delivered")
    work(sender)
    assert [each.error for each in deliveries(runtime, hook)] == ["NewConnectionError"]


def test_gone_ends_the_webhook(
    runtime: Runtime, receiver: Receiver, sender: WebhookSender, hook: int
) -> None:
    receiver.usual = 410
    happen(runtime, "delivered", "delivered")
    work(sender)
    assert len(receiver.calls) == 1
    assert one(runtime, hook).end_reason == "gone"
    assert states(runtime, hook) == ["dead", "dead"]
    happen(runtime, "delivered")
    work(sender)
    assert len(deliveries(runtime, hook)) == 2


def test_a_revoked_token_ends_its_webhooks(
    runtime: Runtime, receiver: Receiver, sender: WebhookSender, hook: int
) -> None:
    with runtime.database.transaction() as conn:
        tokens.revoke(conn, "department")
    happen(runtime, "delivered")
    work(sender)
    assert receiver.calls == []
    assert one(runtime, hook).end_reason == "token_revoked"


def test_a_slow_receiver_holds_up_itself_only(
    runtime: Runtime, receiver: Receiver, clock: Clock
) -> None:
    with receiving() as slow:
        slow.usual = HANG
        ours = token(runtime)
        held, quick = subscribe(runtime, ours, slow.url), subscribe(runtime, ours, receiver.url)
        happen(runtime, *repeat(DELIVERED, 5))
        patient = WebhookSender(runtime, timeout=30)
        assert patient.start() == 2  # and does not wait
        while states(runtime, quick) != ["delivered"] * 5:
            patient.start()
        assert states(runtime, held) == ["pending"] * 5
        assert len(slow.calls) <= 1
        slow.over.set()
        patient.wait()
        patient.finish()


def test_what_a_dead_worker_had_leased_is_sent_again_when_the_lease_is_over(
    runtime: Runtime, receiver: Receiver, sender: WebhookSender, hook: int, clock: Clock
) -> None:
    happen(runtime, "delivered", "attempted")
    with runtime.database.transaction() as conn:
        assert queue.take(conn, clock.now()) == 2
        left = queue.claim(conn, (), clock.now())
    assert left is not None
    work(sender)
    assert receiver.calls == []  # nor the one behind it: it would overtake
    clock.advance(seconds=LEASE.total_seconds())
    work(sender)
    assert receiver.ids == [1, 2]
    with runtime.database.transaction() as conn:  # it lives after all, and comes too late
        queue.settle(conn, left, Failed("late"), clock.now())
    assert states(runtime, hook) == ["delivered", "delivered"]


def test_two_workers_at_once_send_each_event_once_and_in_order(
    runtime: Runtime, receiver: Receiver
) -> None:
    with receiving() as other:
        ours = token(runtime)
        hooks = [subscribe(runtime, ours, each.url) for each in (receiver, other)]
        happen(runtime, *repeat(DELIVERED, 60))
        senders = [WebhookSender(runtime, timeout=30) for _ in range(3)]
        begin = threading.Barrier(len(senders))

        def run(sender: WebhookSender) -> None:
            begin.wait()
            while any(states(runtime, hook).count("delivered") < 60 for hook in hooks):
                sender.start()
                sender.wait()

        threads = [threading.Thread(target=run, args=(each,)) for each in senders]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        for sender in senders:
            sender.finish()
        assert receiver.ids == other.ids == list(range(1, 61))
        assert sum(each.attempts for hook in hooks for each in deliveries(runtime, hook)) == 120


def test_dead_deliveries_are_sent_again_one_or_all(
    runtime: Runtime, receiver: Receiver, sender: WebhookSender, hook: int, clock: Clock
) -> None:
    happen(runtime, "delivered", "attempted", "returned")
    with runtime.database.transaction() as conn:
        queue.take(conn, clock.now())
        conn.execute(
            "UPDATE webhook_deliveries SET state = 'dead', attempts = 30, settled_at = %s,"
            " first_tried_at = %s",
            (clock.now(), clock.now() - timedelta(days=1)),
        )
    second = deliveries(runtime, hook)[1]
    with runtime.database.transaction() as conn:
        assert subscriptions.replay(conn, hook, second.id, clock.now()) == 1
    receiver.script = [500]
    work(sender)
    assert receiver.ids == [2]
    assert states(runtime, hook) == ["dead", "pending", "dead"]  # a day of its own
    with runtime.database.transaction() as conn:
        assert subscriptions.replay(conn, hook, None, clock.now()) == 2
    work(sender)
    assert receiver.ids == [2, 1, 3]


def test_settled_deliveries_go_after_a_month_and_waiting_ones_stay(
    runtime: Runtime,
    receiver: Receiver,
    sender: WebhookSender,
    hook: int,
    clock: Clock,
    purging: Database,
) -> None:
    receiver.script = [200, 500]
    happen(runtime, "delivered", "attempted")
    work(sender)
    clock.advance(days=31)
    kept = Kept(
        clock.now() - timedelta(days=90), clock.now() - timedelta(days=365), clock.now(), "root"
    )
    assert list(purge(purging, kept)) == [("webhook deliveries", 1)]
    assert [each.position for each in deliveries(runtime, hook)] == [2]


def test_the_worker_rings_and_sends(runtime: Runtime, receiver: Receiver, hook: int) -> None:
    jobs.use(runtime)
    happen(runtime, "delivered")
    jobs.webhooks()
    jobs.process().webhooks.wait()
    jobs.use(runtime)
    assert receiver.ids == [1]


def test_the_real_worker_and_clock_deliver(runtime: Runtime, receiver: Receiver) -> None:
    # The processes have no other clock.
    here = dataclasses.replace(runtime, now=runtime.database.now)
    hook = subscribe(here, token(here), receiver.url)
    happen(here, "delivered", "attempted")
    with process(runtime) as worker, process(runtime, "clock"):
        until(lambda: states(runtime, hook) == ["delivered", "delivered"])
        assert end(worker) == 0
    assert receiver.ids == [1, 2]
    for call in receiver.calls:
        assert Webhook(secret(here, hook)).verify(call.body, call.headers) == call.event


def test_no_secret_in_the_database_or_the_log(
    runtime: Runtime, receiver: Receiver, sender: WebhookSender, clock: Clock,
    caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    caplog.set_level(logging.DEBUG)
    hook = subscribe(runtime, token(runtime), receiver.url + "/capability-in-a-path")
    receiver.script = [500, DROP]
    happen(runtime, "delivered", "delivered")
    work(sender)
    clock.advance(seconds=10)
    work(sender)
    with runtime.database.transaction() as conn:
        stored = "\n".join(
            str(row[0])
            for row in conn.execute(
                "SELECT to_jsonb(t)::text FROM webhook_subscriptions t"
                " UNION ALL SELECT to_jsonb(t)::text FROM webhook_deliveries t"
            ).fetchall()
        )
    captured = capsys.readouterr()
    logs = caplog.text + captured.out + captured.err
    mine = secret(runtime, hook)
    assert "webhook_failed" in logs
    for said in (stored, logs, receiver.calls[0].body.decode(), str(receiver.calls[0].headers)):
        assert mine not in said
        assert mine.removeprefix("whsec_") not in said
    assert "capability" not in logs


def test_each_webhook_has_a_secret_of_its_own(runtime: Runtime) -> None:
    ours = token(runtime)
    ids = [subscribe(runtime, ours, f"http://127.0.0.1:1/{each}") for each in range(2)]
    assert len({secret(runtime, id_) for id_ in ids}) == 2
    assert secret(runtime, ids[0]) == secret(runtime, ids[0])
