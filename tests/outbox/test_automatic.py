"""Calls of our own accord: a code whose text does not arrive is said in a call, by day and once."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

import pytest

from gateways.base import Outcome, Outgoing, Reason, Receipt, ReceiptStatus, Rejected
from messages.render import CODE_MASK
from outbox import receipts
from outbox.failover import send_again
from outbox.sweep import sweep
from runtime import Runtime
from store import wording
from tests.rigs.clock import Clock
from tests.rigs.outbox import PHONE, Carrier, drain, issue_code, queue

VOICE = "simulator_voice"


def refusing(reason: Reason) -> Callable[[Outgoing], Outcome]:
    return lambda message: Rejected(reason, "no")


@pytest.fixture
def calls() -> Carrier:
    return Carrier()


def routed(runtime: Runtime, calls: Carrier, *texts: Carrier, **changes: Any) -> Runtime:
    """`runtime` with carriers of texts, in order, and one of calls."""
    names = ["one", "two", "three"][: len(texts)]
    settings = runtime.settings.model_copy(
        update={"sms_routes": ",".join(names), "voice_routes": VOICE, **changes}
    )
    gateways = {**dict(zip(names, texts, strict=True)), VOICE: calls}
    return dataclasses.replace(runtime, settings=settings, gateways=gateways)


def put_code(runtime: Runtime, texts: int = 1) -> None:
    with runtime.database.transaction() as conn:
        code = issue_code(conn, runtime.now())
        queue(conn, runtime.now(), "code", texts, phone=PHONE, code_id=code)
        conn.execute(
            'UPDATE messages SET template = \'code\', variables = \'{"digits": "6785",'
            ' "amount": 0}\', article_id = (SELECT id FROM articles)'
        )


def pass_time(runtime: Runtime, clock: Clock, seconds: int) -> None:
    for _ in range(seconds):
        drain(runtime)
        sweep(runtime)
        send_again(runtime)
        clock.advance(seconds=1)
    drain(runtime)


def events(runtime: Runtime, kind: str) -> list[dict[str, Any]]:
    with runtime.database.transaction() as conn:
        found = conn.execute("SELECT data FROM events WHERE kind = %s ORDER BY id", [kind])
        return [row[0] for row in found]


def whys(runtime: Runtime) -> list[str]:
    return [each["why"] for each in events(runtime, "code_called")]


def test_a_code_that_two_carriers_do_not_confirm_is_said_in_a_call(
    runtime: Runtime, clock: Clock, calls: Carrier
) -> None:
    one, two = Carrier(), Carrier()
    both = routed(runtime, calls, one, two)
    put_code(both)
    wait = both.settings.code_confirm_seconds
    pass_time(both, clock, wait - 1)
    assert (len(one.sends), len(two.sends), len(calls.sends)) == (1, 0, 0)
    pass_time(both, clock, wait)
    assert (len(two.sends), len(calls.sends)) == (1, 0)
    pass_time(both, clock, 3 * wait)
    assert (len(one.sends), len(two.sends), len(calls.sends)) == (1, 1, 1)
    assert whys(runtime) == ["unconfirmed"]
    assert calls.sends[0].phone == PHONE
    assert CODE_MASK in calls.sends[0].text
    with runtime.database.transaction() as conn:
        row = conn.execute(
            "SELECT again_of IS NOT NULL, via, said, body FROM messages WHERE channel = 'voice'"
        ).fetchone()
        assert row is not None
        assert row[:2] == (True, VOICE)
        assert wording.body_of(row[3], row[2]).startswith("Hello.")


def test_the_only_carrier_of_texts_is_enough(
    runtime: Runtime, clock: Clock, calls: Carrier
) -> None:
    alone = routed(runtime, calls, Carrier())
    put_code(alone)
    pass_time(alone, clock, alone.settings.code_confirm_seconds + 2)
    assert len(calls.sends) == 1


@pytest.mark.parametrize(
    ("reason", "others", "why"),
    [(Reason.INBOX_FULL, 0, ["inbox_full"]), (Reason.DO_NOT_DISTURB, 1, ["do_not_disturb"])],
)
@pytest.mark.parametrize("told", ["at once", "by its receipt"])
def test_a_full_inbox_and_do_not_disturb_ring_at_once(
    runtime: Runtime,
    clock: Clock,
    calls: Carrier,
    reason: Reason,
    others: int,
    why: list[str],
    told: str,
) -> None:
    """Another carrier may pass do-not-disturb, so its text goes out beside the call."""
    one = Carrier(on_send=refusing(reason)) if told == "at once" else Carrier()
    two = Carrier()
    both = routed(runtime, calls, one, two)
    put_code(both)
    pass_time(both, clock, 1)
    if told == "by its receipt":
        with runtime.database.transaction() as conn:
            row = conn.execute("SELECT id, carrier_id FROM messages").fetchone()
        assert row is not None
        receipts.receive(both, Receipt("one", row[1], row[0], ReceiptStatus.FAILED, "full", reason))
    pass_time(both, clock, 3)
    assert (len(two.sends), len(calls.sends)) == (others, 1)
    assert whys(runtime) == why
    pass_time(both, clock, 60)
    assert len(calls.sends) == 1


@pytest.mark.parametrize(
    ("hour", "minute", "rings"),
    [(2, 29, 0), (2, 30, 1), (15, 29, 1), (15, 30, 0), (20, 0, 0)],
)
def test_nobody_is_called_by_night(
    runtime: Runtime, clock: Clock, calls: Carrier, hour: int, minute: int, rings: int
) -> None:
    """08:00 to 21:00 in India are 02:30 to 15:30."""
    at = datetime(2026, 8, 14, hour, minute, tzinfo=UTC)
    clock.advance(seconds=int((at - clock.now()).total_seconds()) - 1)
    both = routed(runtime, calls, Carrier(on_send=refusing(Reason.INBOX_FULL)))
    put_code(both)
    drain(both)
    clock.advance(seconds=1)
    send_again(both)
    drain(both)
    assert len(calls.sends) == rings


def test_a_code_is_called_once_however_many_texts_brought_it(
    runtime: Runtime, clock: Clock, calls: Carrier
) -> None:
    both = routed(runtime, calls, Carrier(on_send=refusing(Reason.INBOX_FULL)))
    put_code(both, texts=3)
    pass_time(both, clock, 5)
    assert len(calls.sends) == 1


def test_two_clocks_order_one_call(runtime: Runtime, clock: Clock, calls: Carrier) -> None:
    both = routed(runtime, calls, Carrier(on_send=refusing(Reason.INBOX_FULL)))
    put_code(both, texts=2)
    drain(both)
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: send_again(both), range(8)))
    drain(both)
    assert len(calls.sends) == 1


@pytest.mark.parametrize(
    "stands",
    [
        "UPDATE codes SET dead_at = now(), dead_reason = 'fraud'",
        "UPDATE codes SET used_at = now()",
        "INSERT INTO phones (phone, language, doubt) SELECT phone, 'en', 'denied' FROM messages",
        "INSERT INTO phones (phone, language, opted_out_at) SELECT phone, 'en', now()"
        " FROM messages",
    ],
)
def test_neither_a_dead_code_nor_a_telephone_in_doubt_nor_after_stop(
    runtime: Runtime, clock: Clock, calls: Carrier, stands: str
) -> None:
    both = routed(runtime, calls, Carrier(on_send=refusing(Reason.INBOX_FULL)))
    put_code(both)
    drain(both)
    with runtime.database.transaction() as conn:
        conn.execute(stands.encode())
    pass_time(both, clock, 5)
    assert calls.sends == []
    assert events(runtime, "code_called") == []


@pytest.mark.parametrize("changes", [{"voice_automatic": False}, {"voice_routes": "none_voice"}])
def test_where_it_is_off_or_nobody_makes_calls(
    runtime: Runtime, clock: Clock, calls: Carrier, changes: dict[str, Any]
) -> None:
    both = routed(runtime, calls, Carrier(on_send=refusing(Reason.INBOX_FULL)), **changes)
    put_code(both)
    pass_time(both, clock, 5)
    assert calls.sends == []
    assert len(events(runtime, "message_failed")) == 1


def test_a_carrier_that_sends_no_receipts_says_nothing_by_its_silence(
    runtime: Runtime, clock: Clock, calls: Carrier
) -> None:
    both = routed(runtime, calls, Carrier(), sms_without_receipts="one")
    assert both.settings.without_receipts == ("one",)
    put_code(both)
    pass_time(both, clock, 90)
    assert calls.sends == []


def busy(runtime: Runtime, calls: Carrier) -> None:
    """The newest call ends, and nobody took it up."""
    with runtime.database.transaction() as conn:
        conn.execute(
            "UPDATE messages SET carrier_id = carrier_id || '-' || attempts WHERE channel = 'voice'"
        )
        row = conn.execute("SELECT max(carrier_id) FROM messages WHERE channel = 'voice'")
        ((carrier_id,),) = row.fetchall()
    receipts.receive(
        runtime,
        Receipt(VOICE, carrier_id, None, ReceiptStatus.FAILED, "busy", Reason.UNREACHABLE),
    )


def text_again(runtime: Runtime) -> None:
    """Queue another text of the code that there is."""
    with runtime.database.transaction() as conn:
        (code, article) = conn.execute("SELECT id, article_id FROM codes").fetchall()[0]
        queue(conn, runtime.now(), "code", phone=PHONE, code_id=code)
        conn.execute(
            "UPDATE messages SET template = 'code', article_id = %s,"
            ' variables = \'{"digits": "6785", "amount": 0}\' WHERE template = \'test\'',
            [article],
        )


def test_a_text_that_fails_while_its_code_is_called_orders_no_other_call(
    runtime: Runtime, clock: Clock, calls: Carrier
) -> None:
    """The telephone rings, and its person asks for the code once more."""
    both = routed(runtime, calls, Carrier(on_send=refusing(Reason.INBOX_FULL)))
    put_code(both)
    for _ in range(3):
        pass_time(both, clock, 3)
        assert len(calls.sends) == 1
        text_again(runtime)
    assert whys(runtime) == ["inbox_full"]


def test_a_call_that_nobody_takes_up_rings_once_more_and_spends_nothing(
    runtime: Runtime, clock: Clock, calls: Carrier
) -> None:
    """The next text of the same code that fails leads to a call again, up to three."""
    both = routed(runtime, calls, Carrier(on_send=refusing(Reason.INBOX_FULL)))
    put_code(both)
    pass_time(both, clock, 3)
    for ordered in range(1, 5):
        rings = min(2 * ordered, 6)
        if ordered <= 3:
            busy(both, calls)
            pass_time(both, clock, 61)
            assert len(calls.sends) == rings
            busy(both, calls)
        pass_time(both, clock, 61)
        assert len(calls.sends) == rings
        text_again(runtime)
        pass_time(both, clock, 3)
    assert whys(runtime) == ["inbox_full"] * 3


def test_what_fails_before_eight_is_called_at_eight(
    runtime: Runtime, clock: Clock, calls: Carrier
) -> None:
    """A code that is issued at dispatch lives all day. 08:00 in India is 02:30."""
    at = datetime(2026, 8, 15, 1, 0, tzinfo=UTC)
    clock.advance(seconds=int((at - clock.now()).total_seconds()))
    both = routed(runtime, calls, Carrier(on_send=refusing(Reason.INBOX_FULL)))
    put_code(both)
    with runtime.database.transaction() as conn:
        conn.execute("UPDATE codes SET expires_at = expires_at + interval '12 hours'")
        conn.execute("UPDATE messages SET not_after = not_after + interval '12 hours'")
    pass_time(both, clock, 3)
    clock.advance(minutes=89)
    pass_time(both, clock, 30)
    assert calls.sends == []
    pass_time(both, clock, 30)
    assert len(calls.sends) == 1
    assert clock.now() >= datetime(2026, 8, 15, 2, 30, tzinfo=UTC)


def test_without_its_carrier_no_call_is_ordered(
    runtime: Runtime, clock: Clock, calls: Carrier
) -> None:
    both = routed(runtime, calls, Carrier(on_send=refusing(Reason.INBOX_FULL)))
    alone = dataclasses.replace(both, gateways={"one": both.gateways["one"]})
    put_code(alone)
    pass_time(alone, clock, 3)
    assert events(runtime, "code_called") == []
    assert len(events(runtime, "message_failed")) == 1
