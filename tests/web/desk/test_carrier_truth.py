"""The desk's page of carriers: receipts that never come, why texts failed, and wrong clocks."""

from __future__ import annotations

import re
from datetime import timedelta
from secrets import token_hex

import pytest

from app import create_app
from gateways.base import Reason, Receipt, ReceiptStatus
from outbox import receipts
from postal.desk.carrier_truth import off_by
from runtime import Runtime
from tests.rigs.clock import Clock
from tests.rigs.desk import sign_in
from tests.rigs.outbox import Carrier, drain, queue, with_carriers
from tests.rigs.transcript import Player

DELIVERED, FAILED = ReceiptStatus.DELIVERED, ReceiptStatus.FAILED


@pytest.fixture
def two(runtime: Runtime, player: Player) -> Runtime:
    return with_carriers(runtime, {"a": Carrier()})


def page(runtime: Runtime, path: str = "/desk/carriers") -> str:
    supervisor = sign_in(create_app(runtime), runtime, "supervisor", token_hex(4))
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", supervisor.get(path).text))


def sent(runtime: Runtime, count: int = 1) -> list[int]:
    with runtime.database.transaction() as conn:
        ids = queue(conn, runtime.now(), count=count)
    drain(runtime)
    return ids


def test_a_text_without_a_receipt_is_unconfirmed_after_six_hours(
    two: Runtime, clock: Clock
) -> None:
    (message,) = sent(two)
    clock.advance(hours=5, minutes=59)
    assert "Unconfirmed 0" in page(two)
    clock.advance(minutes=2)
    assert "Unconfirmed 1" in page(two)
    assert "6 hours after taking it is unconfirmed" in page(two)
    assert "unconfirmed, no receipt 1" in page(two, "/desk/figures")
    receipts.receive(two, Receipt("a", f"carrier-{message}", None, DELIVERED, "delivered"))
    assert "Unconfirmed 0" in page(two)  # it came after all
    assert "unconfirmed, no receipt" not in page(two, "/desk/figures")


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        (Reason.INBOX_FULL, "the inbox is full"),
        (Reason.DO_NOT_DISTURB, "on the do-not-disturb list"),
        (Reason.TEMPLATE, "dropped: not the registered sentence"),
    ],
)
def test_why_texts_failed_is_said_in_words(two: Runtime, reason: Reason, words: str) -> None:
    for message in sent(two, 3)[:2]:
        news = Receipt("a", f"carrier-{message}", None, FAILED, "UNDELIV", reason, "MEMEXEC")
        receipts.receive(two, news)
    assert f"{words} 2" in page(two)


def test_every_reason_has_words(two: Runtime) -> None:
    for message, reason in zip(sent(two, len(Reason)), Reason, strict=True):
        receipts.receive(two, Receipt("a", f"carrier-{message}", None, FAILED, "X", reason))
    assert "text_failed" not in page(two)


@pytest.mark.parametrize(
    ("off", "says"),
    [
        (timedelta(), "right"),
        (timedelta(hours=5, minutes=30), "5 h 30 min ahead: corrected"),
        (-timedelta(hours=5, minutes=30), "5 h 30 min behind: corrected"),
    ],
)
def test_a_clock_that_is_wrong_by_a_constant_is_found_and_corrected(
    two: Runtime, clock: Clock, off: timedelta, says: str
) -> None:
    messages = sent(two, 20)
    clock.advance(seconds=4)
    arrived = two.now()
    for message in messages:  # each receipt is half a second on its way
        clock.advance(seconds=0.5)
        told = arrived + off
        receipts.receive(
            two, Receipt("a", f"carrier-{message}", None, DELIVERED, "delivered", told_at=told)
        )
    assert f"{says} 20 4.0 s 4.0 s" in page(two)


def test_a_clock_that_drifts_is_not_used(two: Runtime, clock: Clock) -> None:
    for hours, message in enumerate(sent(two, 20)):
        told = two.now() + timedelta(hours=hours)
        receipts.receive(
            two, Receipt("a", f"carrier-{message}", None, DELIVERED, "delivered", told_at=told)
        )
    assert "wrong by no constant: not used 20 – –" in page(two)


@pytest.mark.parametrize(
    ("ahead", "off"),
    [(0, 0), (-30, 0), (-400, 0), (19_770, 19_800), (-19_900, -19_800), (130, 130), (3600, 3600)],
)
def test_what_is_a_zone_and_what_is_the_way_of_a_receipt(ahead: float, off: float) -> None:
    assert off_by(ahead) == off
