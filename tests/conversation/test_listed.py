"""Texts whose hook failed: the carrier is asked what it received, and each is taken in once."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest

import jobs
from conversation import inbound
from conversation.listed import ListedTexts
from gateways.base import Inbound
from gateways.build import build
from runtime import Runtime
from tests.rigs.carrier_stub import Accept, CarrierStub, Drop, Refuse
from tests.rigs.clock import Clock

OUR_NUMBER = "+15005550006"
PHONE = "+919839012345"


@pytest.fixture
def carrier() -> Iterator[CarrierStub]:
    with CarrierStub() as stub:
        yield stub


@pytest.fixture
def asking(runtime: Runtime, carrier: CarrierStub, clock: Clock) -> Runtime:
    """A service that has been here for a while, whose carrier is the stub."""
    settings = runtime.settings.giving(**runtime.settings.given, TWILIO_API_URL=carrier.url)
    with_carrier = dataclasses.replace(runtime, settings=settings, gateways=build(settings))
    ask(with_carrier)
    clock.advance(seconds=60)
    return with_carrier


def ask(runtime: Runtime) -> None:
    listed = ListedTexts(runtime)
    listed.start()
    listed.wait()
    listed.finish()


def kept(runtime: Runtime) -> list[tuple[str, str, datetime | None]]:
    with runtime.database.transaction() as conn:
        return conn.execute(
            "SELECT body, status, carrier_at FROM messages WHERE direction = 'in' ORDER BY id"
        ).fetchall()


def test_what_came_while_we_were_down_is_taken_in_once_and_in_order(
    asking: Runtime, carrier: CarrierStub, clock: Clock
) -> None:
    heard = carrier.receive(PHONE, "0", OUR_NUMBER, clock.now())
    inbound.receive(asking, Inbound("twilio", heard["sid"], PHONE, "0"))  # its hook passed
    first = clock.now() + timedelta(seconds=1)
    carrier.receive(PHONE, "8", OUR_NUMBER, first + timedelta(seconds=5))
    carrier.receive(PHONE, "START", OUR_NUMBER, first)
    carrier.take({"From": OUR_NUMBER, "To": OUR_NUMBER, "Body": "ours"}, "AC", Accept())
    clock.advance(seconds=120)
    carrier.receive(PHONE, "its hook may be under way", OUR_NUMBER, clock.now())
    for _ in range(2):
        ask(asking)
        assert [(body, status) for body, status, _ in kept(asking)] == [
            ("0", "received"),
            ("START", "received"),
            ("8", "received"),
        ]
        assert kept(asking)[1][2] == first, "by it late texts are told (flows/grammar/late.py)"
        with asking.database.transaction() as conn:
            conn.execute(
                "UPDATE carriers SET listed_at = NULL, listed_to = listed_to - %s",
                (timedelta(minutes=2),),
            )


def test_what_was_found_too_late_is_kept_and_not_done(
    asking: Runtime, carrier: CarrierStub, clock: Clock
) -> None:
    """After six hours the carrier's time is not believed, and it would count as written now."""
    carrier.receive(PHONE, "1", OUR_NUMBER, clock.now() + timedelta(minutes=1))
    carrier.receive(PHONE, None, OUR_NUMBER, clock.now() + timedelta(minutes=2))
    clock.advance(hours=7)
    carrier.receive(PHONE, "0", OUR_NUMBER, clock.now() - timedelta(hours=5))
    ask(asking)
    assert [(body, status) for body, status, _ in kept(asking)] == [
        ("", "unreadable"),
        ("1", "unreadable"),
        ("0", "received"),
    ]
    with asking.database.transaction() as conn:
        answers = conn.execute("SELECT count(*) FROM messages WHERE direction = 'out'").fetchone()
    assert answers == (1,)


def test_a_carrier_is_asked_by_one_worker_a_minute_and_again_after_a_failure(
    asking: Runtime, carrier: CarrierStub, clock: Clock
) -> None:
    carrier.receive(PHONE, "0", OUR_NUMBER, clock.now())
    clock.advance(seconds=60)
    carrier.will(Drop(), Refuse(20003, http=401))
    for calls in (1, 2):
        for _ in range(2):
            ask(asking)
            assert len(carrier.calls) == calls
        assert kept(asking) == []
        clock.advance(seconds=60)
    ask(asking)
    assert len(kept(asking)) == 1
    query = carrier.calls[-1].query
    assert query["To"] == OUR_NUMBER
    assert datetime.fromisoformat(query["DateSent>"]) < clock.now() - timedelta(minutes=5)


def test_a_new_service_asks_for_nothing_that_came_before_it(
    runtime: Runtime, carrier: CarrierStub, clock: Clock
) -> None:
    settings = runtime.settings.giving(**runtime.settings.given, TWILIO_API_URL=carrier.url)
    new = dataclasses.replace(runtime, settings=settings, gateways=build(settings))
    carrier.receive(PHONE, "1", OUR_NUMBER, clock.now() - timedelta(hours=1))
    jobs.use(new)
    jobs.sweep()
    jobs.use(new)  # lets what is under way end
    assert carrier.calls == []
    clock.advance(seconds=60)
    ask(new)
    assert len(carrier.calls) == 1
    assert kept(new) == []


def test_what_was_put_aside_is_not_put_aside_again_by_every_question(
    asking: Runtime, carrier: CarrierStub, clock: Clock
) -> None:
    limited = dataclasses.replace(
        asking, settings=asking.settings.model_copy(update={"inbound_hourly_limit": 2})
    )
    for number in range(5):
        heard = carrier.receive(PHONE, f"hello {number}", OUR_NUMBER, clock.now())
        inbound.receive(limited, Inbound("twilio", heard["sid"], PHONE, f"hello {number}"))
    for _ in range(3):
        clock.advance(seconds=60)
        ask(limited)
    assert len(kept(limited)) == 2
    with limited.database.transaction() as conn:
        assert conn.execute("SELECT count FROM inbound_floods").fetchall() == [(3,)]
