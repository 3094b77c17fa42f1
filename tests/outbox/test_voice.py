"""Calls in the outbox: a narrow road beside the texts', under the same leases and deadlines."""

from __future__ import annotations

import dataclasses
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Event
from typing import Any

import pytest

from gateways.base import Outcome, Outgoing, Reason, Receipt, ReceiptStatus, Sent, UnknownOutcome
from gateways.build import build
from gateways.safety import unsafe
from messages.render import CODE_MASK
from outbox import carriers, receipts
from outbox.drain import Drain
from outbox.policy import MessageStanding, after_receipt
from runtime import Runtime
from settings import Settings
from tests.rigs.clock import Clock
from tests.rigs.gateway import settings_with
from tests.rigs.outbox import Carrier, drain, issue_code, queue, statuses

NOW = datetime(2026, 8, 14, 4, 30, tzinfo=UTC)
SOON = timedelta(minutes=10)
VOICE = "simulator_voice"
LINE = "+919812345678"


def with_voice(runtime: Runtime, texts: Carrier, calls: Carrier | None) -> Runtime:
    """`runtime` with a carrier for texts and one for calls; None: it was taken away."""
    gateways = {"simulator": texts} | ({VOICE: calls} if calls else {})
    return dataclasses.replace(runtime, gateways=gateways)


def calls_due(
    runtime: Runtime, clock: Clock, count: int = 1, lane: str = "code", line: str | None = None
) -> list[int]:
    """Calls to as many telephones, or all to `line`."""
    with runtime.database.transaction() as conn:
        ids = queue(conn, clock.now(), lane, count)
        conn.execute(
            "UPDATE messages SET channel = 'voice',"
            " phone = coalesce(%s, '+91981' || lpad(mod(id, 10000000)::text, 7, '0'))"
            " WHERE id = ANY(%s)",
            [line, ids],
        )
    return ids


def texts_due(runtime: Runtime, clock: Clock, count: int) -> list[int]:
    with runtime.database.transaction() as conn:
        return queue(conn, clock.now(), "code", count)


def test_calls_and_texts_go_by_their_own_carriers(runtime: Runtime, clock: Clock) -> None:
    texts, calls = Carrier(), Carrier()
    said, spoken_reply = calls_due(runtime, clock), calls_due(runtime, clock, lane="reply")
    spoken_alarm = calls_due(runtime, clock, lane="alarm")
    written = texts_due(runtime, clock, 1)
    drain(with_voice(runtime, texts, calls))
    assert texts.sent_ids == written
    assert sorted(calls.sent_ids) == [*said, *spoken_reply, *spoken_alarm]


def test_calls_that_wait_hold_no_text_up(runtime: Runtime, clock: Clock) -> None:
    """A carrier begins one call in a second; three hundred calls are due, and then codes."""
    texts, calls = Carrier(), Carrier(rate=1.0)
    waiting = calls_due(runtime, clock, 300)
    written = texts_due(runtime, clock, 200)
    slices = Drain(with_voice(runtime, texts, calls))
    slices.run(1.5)
    slices.finish()
    assert sorted(texts.sent_ids) == written
    assert 1 <= len(calls.sends) <= 4
    assert sorted(set(statuses(runtime, waiting).values())) == ["queued", "sent"]


def test_a_call_goes_out_without_its_code(runtime: Runtime, clock: Clock) -> None:
    calls = Carrier()
    with runtime.database.transaction() as conn:
        queue(conn, clock.now(), "code", code_id=issue_code(conn, clock.now()))
        conn.execute("UPDATE messages SET channel = 'voice'")
    drain(with_voice(runtime, Carrier(), calls))
    assert CODE_MASK in calls.sends[0].text


def test_a_call_about_a_dead_code_is_not_made(runtime: Runtime, clock: Clock) -> None:
    calls = Carrier()
    with runtime.database.transaction() as conn:
        ids = queue(conn, clock.now(), "code", code_id=issue_code(conn, clock.now()))
        conn.execute("UPDATE messages SET channel = 'voice'")
        conn.execute("UPDATE codes SET dead_at = now(), dead_reason = 'fraud'")
    drain(with_voice(runtime, Carrier(), calls))
    assert calls.sends == []
    assert list(statuses(runtime, ids).values()) == ["expired"]


def test_without_its_carrier_a_call_ends_with_its_deadline(runtime: Runtime, clock: Clock) -> None:
    alone = with_voice(runtime, Carrier(), None)
    ids = calls_due(runtime, clock)
    drain(alone)
    assert list(statuses(runtime, ids).values()) == ["queued"]  # put off: nobody can make it
    clock.advance(minutes=11)
    drain(alone)
    assert list(statuses(runtime, ids).values()) == ["expired"]


def test_an_unclear_call_is_looked_up_before_it_is_made_again(
    runtime: Runtime, clock: Clock
) -> None:
    def lost(message: Outgoing) -> UnknownOutcome:
        return UnknownOutcome("no answer")

    calls = Carrier(on_send=lost)
    ids = calls_due(runtime, clock)
    both = with_voice(runtime, Carrier(), calls)
    drain(both)
    clock.advance(seconds=5)
    drain(both)
    assert (len(calls.sends), len(calls.look_ups)) == (1, 1)
    assert list(statuses(runtime, ids).values()) == ["sent"]


def test_a_look_up_that_brings_another_messages_call_says_nothing_of_this_one(
    runtime: Runtime, clock: Clock
) -> None:
    """Two calls to one telephone; the carrier's list shows the first one's alone."""

    def send(message: Outgoing) -> Outcome:
        return Sent("first") if message.message_id == ids[0] else UnknownOutcome("no answer")

    calls = Carrier(on_send=send, on_look_up=lambda message: Sent("first"))
    ids = calls_due(runtime, clock, 2, line=LINE)
    both = with_voice(runtime, Carrier(), calls)
    drain(both)
    clock.advance(minutes=2)
    drain(both)
    clock.advance(seconds=5)
    drain(both)
    assert [each.other_calls for each in calls.look_ups] == [("first",)]
    assert statuses(runtime, ids) == {ids[0]: "sent", ids[1]: "unknown"}
    clock.advance(seconds=30)
    calls.on_look_up = lambda message: Sent("second")
    drain(both)
    assert statuses(runtime, ids)[ids[1]] == "sent"


def test_two_calls_in_doubt_are_known_to_each_others_look_up(
    runtime: Runtime, clock: Clock
) -> None:
    doubt = UnknownOutcome("no answer")
    calls = Carrier(on_send=lambda message: doubt, on_look_up=lambda message: doubt)
    calls_due(runtime, clock, 2, line=LINE)
    both = with_voice(runtime, Carrier(), calls)
    drain(both)
    with runtime.database.transaction() as conn:  # the first is asked about late
        conn.execute(
            "UPDATE messages SET next_attempt_at = %s WHERE status = 'unknown'",
            [clock.now() + timedelta(minutes=2, seconds=4)],
        )
    clock.advance(minutes=2)
    drain(both)
    clock.advance(seconds=5)
    drain(both)
    assert [each.other_calls for each in calls.look_ups] == [(None,)] * 2


def ended(runtime: Runtime, sent: Outgoing, status: ReceiptStatus, carrier_id: str) -> None:
    reason = Reason.UNREACHABLE if status is ReceiptStatus.FAILED else None
    receipts.receive(runtime, Receipt(VOICE, carrier_id, sent.message_id, status, "end", reason))


def test_calls_to_one_telephone_follow_each_other(runtime: Runtime, clock: Clock) -> None:
    """The next begins when the one before has ended; another telephone's waits for none of them."""
    calls = Carrier()
    one_line, another = calls_due(runtime, clock, 3, line=LINE), calls_due(runtime, clock)
    both = with_voice(runtime, Carrier(), calls)
    for _ in range(3):
        drain(both)
        clock.advance(seconds=10)
    assert calls.sent_ids == [one_line[0], *another]
    ended(both, calls.sends[0], ReceiptStatus.FAILED, f"carrier-{one_line[0]}")
    drain(both)  # its own second ring is a minute away: the next one has the line meanwhile
    assert calls.sent_ids[2:] == [one_line[1]]
    clock.advance(minutes=2)
    drain(both)
    assert len(calls.sends) == 4  # its end was never told: the line is free again
    clock.advance(minutes=2)
    drain(both)
    assert sorted(calls.sent_ids) == sorted([one_line[0], *one_line, *another])


def test_two_workers_begin_one_call_of_a_line(runtime: Runtime, clock: Clock) -> None:
    calls = Carrier()
    calls_due(runtime, clock, 8, line=LINE)
    both = with_voice(runtime, Carrier(), calls)
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: drain(both), range(4)))
    assert len(calls.sends) == 1


def test_calls_that_hang_leave_the_slots_of_codes_alone(runtime: Runtime, clock: Clock) -> None:
    """Eight slots: one for codes by text, seven for others, of which three may be calls."""
    let_go = Event()

    def hang(message: Outgoing) -> Outcome:
        assert let_go.wait(20)
        return Sent(f"call-{message.message_id}")

    texts, calls = Carrier(), Carrier(on_send=hang)
    calls_due(runtime, clock, 40)
    calls_due(runtime, clock, 40, lane="reply")
    both = with_voice(runtime, texts, calls)
    settings = both.settings.model_copy(update={"send_slots": 8})
    slices = Drain(dataclasses.replace(both, settings=settings))
    slices.run(0.2)
    assert len(calls.sends) == 3
    written = texts_due(runtime, clock, 20)
    slices.run(0.5)
    assert sorted(texts.sent_ids) == written
    assert len(calls.sends) == 3
    let_go.set()
    slices.finish()


def test_the_late_receipts_of_calls_open_no_circuit(runtime: Runtime, clock: Clock) -> None:
    both = with_voice(runtime, Carrier(), Carrier())
    calls_due(runtime, clock, 40)
    drain(both)
    clock.advance(minutes=3)
    with runtime.database.transaction() as conn:
        carriers.check(conn, [VOICE], timedelta(seconds=60), (), clock.now())
        assert carriers.read(conn, [VOICE], clock.now())[VOICE].circuit.state == "closed"


def test_people_who_ring_off_before_anything_is_said_open_no_circuit(
    runtime: Runtime, clock: Clock
) -> None:
    both = with_voice(runtime, Carrier(), Carrier())
    calls_due(runtime, clock, 10)
    drain(both)
    with runtime.database.transaction() as conn:
        called = conn.execute("SELECT id, carrier_id FROM messages ORDER BY id").fetchall()
    clock.advance(seconds=20)
    for id_, call in called:
        receipts.receive(both, Receipt(VOICE, call, id_, ReceiptStatus.DELIVERED, "completed"))
    with runtime.database.transaction() as conn:
        ended = conn.execute("SELECT DISTINCT error FROM messages").fetchall()
        assert ended == [("carrier: nothing was said",)]
        assert carriers.read(conn, [VOICE], clock.now())[VOICE].circuit.state == "closed"


@pytest.mark.parametrize(
    ("attempts", "reason", "again"),
    [
        (1, Reason.UNREACHABLE, True),
        (1, Reason.CARRIER, True),
        (1, Reason.BAD_NUMBER, False),
        (2, Reason.UNREACHABLE, False),
    ],
)
def test_a_call_that_nobody_took_up_is_made_once_more(
    attempts: int, reason: Reason, again: bool
) -> None:
    standing = MessageStanding("sent", "code", attempts, NOW + SOON, "c1", None, "voice")
    receipt = Receipt(VOICE, "c1", 1, ReceiptStatus.FAILED, "busy", reason)
    verdict = after_receipt(standing, receipt, NOW)
    assert verdict is not None
    assert verdict.status == ("queued" if again else "failed")
    assert verdict.next_attempt_at == (NOW + timedelta(seconds=60) if again else None)
    short = dataclasses.replace(standing, not_after=NOW + timedelta(seconds=59))
    ended = after_receipt(short, receipt, NOW)
    assert ended is not None
    assert ended.status == "failed"


# ---- settings ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"voice_routes": "pigeon"}, "VOICE_ROUTES: no gateway is called pigeon"),
        ({"voice_routes": "twilio"}, "VOICE_ROUTES: no gateway is called twilio"),
        ({"voice_routes": "twilio_voice"}, "which needs TWILIO_ACCOUNT_SID.*TWILIO_VOICE_FROM"),
        ({"voice_routes": "africastalking_voice"}, "AFRICASTALKING_VOICE_FROM"),
    ],
)
def test_a_voice_route_that_cannot_be_is_refused(changes: dict[str, str], complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        build(settings_with(**changes))


@pytest.mark.parametrize(
    "value", ["+911140001001", "yes", "+911140001001=maybe", "011=yes", "+911140001001=yes;x"]
)
def test_missed_calls_that_cannot_be_read_are_refused(value: str) -> None:
    with pytest.raises(ValueError, match="MISSED_CALLS"):
        settings_with(missed_calls=value)


def test_missed_calls_need_no_number_to_call_from() -> None:
    built = build(settings_with(missed_calls="+911140001001 = yes, +911140001002=not_received"))
    assert {"twilio_voice", "africastalking_voice"} <= built.keys()


def test_there_is_no_simulated_voice_in_production() -> None:
    keys = {"dakiya_master_key": "k" * 32, "secret_key": "s" * 32, "public_url": "https://d.test"}
    servers = {"database_url": "postgresql://x", "redis_url": "redis://x"}
    real: dict[str, Any] = {"dakiya_env": "production", "sms_routes": "twilio", **keys, **servers}
    settings = Settings(_env_file=None, **real)
    assert settings.voices == ()
    simulated = Settings(_env_file=None, **real, voice_routes="simulator_voice")
    assert any(reason.startswith("VOICE_ROUTES: the sim") for reason in unsafe(simulated))
