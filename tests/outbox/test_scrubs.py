"""Sentences that operators drop: named at once, and the text goes in a way that passes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import jobs
from messages.catalogue import catalogue
from outbox import scrubs
from runtime import Runtime
from settings import Settings
from tests.rigs.carrier_stub import CarrierStub, Say
from tests.rigs.clock import Clock
from tests.rigs.configured import configured, tell
from tests.rigs.transcript import Player
from web.operations import doctor_carriers

RECIPIENT, ARTICLE = "+919876500001", "EU123456785IN"


@pytest.fixture
def carrier() -> Iterator[CarrierStub]:
    with CarrierStub() as carrier:
        yield carrier


@pytest.fixture
def settings(settings: Settings, carrier: CarrierStub, tmp_path: Path) -> Settings:
    return configured(settings, tmp_path, pigeon=carrier)


def booked(player: Player, language: str = "hi") -> None:
    player.step(f"article {ARTICLE} to {RECIPIENT} {language}")


def theirs(carrier: CarrierStub) -> list[dict[str, Any]]:
    """What the carrier took for recipients; the sender is told of the booking as well."""
    return [each for each in carrier.messages if each["to"].startswith("+9198765")]


def sweep(player: Player) -> None:
    jobs.sweep()
    player.drain()


def rows(runtime: Runtime) -> list[tuple[str, str, str, str, int, int]]:
    with runtime.database.transaction() as conn:
        found = scrubs.of_now(conn, runtime.now())
    return [
        (each.carrier, each.header, each.template, each.language, each.count, each.resent)
        for each in found
    ]


def events(runtime: Runtime, kind: str) -> list[dict[str, Any]]:
    with runtime.database.transaction() as conn:
        found = conn.execute("SELECT data FROM events WHERE kind = %s ORDER BY id", (kind,))
        return [row[0] for row in found.fetchall()]


@pytest.mark.parametrize("by", ["receipt", "answer"])
def test_a_dropped_hindi_text_goes_in_roman_letters_with_its_warning(
    player: Player, carrier: CarrierStub, by: str
) -> None:
    if by == "answer":
        carrier.will(*[Say(200, '{"status": "dlt"}')] * 2)
    booked(player)
    if by == "receipt":
        tell(player, "pigeon", theirs(carrier)[0], "failed", why="DLT_SCRUBBING")
    sweep(player)
    last = theirs(carrier)[-1]["body"]
    assert catalogue().warning("booked", "hi-Latn") in last
    assert ARTICLE in last
    assert last.isascii()
    assert ("pigeon", "INPOST", "booked", "hi", 1, 1) in rows(player.runtime)
    named = {"carrier": "pigeon", "header": "INPOST", "template": "booked", "language": "hi"}
    assert {**named, "cause": "told"} in events(player.runtime, "template_scrubbed")
    assert events(player.runtime, "message_failed") == []
    tell(player, "pigeon", theirs(carrier)[-1], "delivered")
    sweep(player)
    assert len(theirs(carrier)) == (1 if by == "answer" else 2)


@pytest.mark.parametrize("language", ["hi-Latn", "en"])
def test_who_reads_no_other_gets_no_other(
    player: Player, carrier: CarrierStub, language: str
) -> None:
    """A warning that cannot be read is none: it is named, and the feed says that it failed."""
    booked(player, language)
    tell(player, "pigeon", theirs(carrier)[0], "failed", why="DLT_SCRUBBING")
    sweep(player)
    assert len(theirs(carrier)) == 1
    assert rows(player.runtime) == [("pigeon", "INPOST", "booked", language, 1, 0)]
    assert len(events(player.runtime, "message_failed")) == 1


def test_what_is_dropped_in_both_scripts_is_given_up_and_said(
    player: Player, carrier: CarrierStub
) -> None:
    booked(player)
    for _ in range(3):
        tell(player, "pigeon", theirs(carrier)[-1], "failed", why="DLT_SCRUBBING")
        sweep(player)
    assert len(theirs(carrier)) == 2
    assert {row[3] for row in rows(player.runtime)} == {"hi", "hi-Latn"}
    assert len(events(player.runtime, "message_failed")) == 1


def test_a_sentence_that_vanishes_in_silence_is_found_within_five_minutes(
    player: Player, carrier: CarrierStub, clock: Clock
) -> None:
    """The operator says nothing: no receipt comes for it, while those of other texts do."""
    number = 0

    def send(language: str, count: int) -> None:
        nonlocal number
        for _ in range(count):
            number += 1
            phone = f"+9198765{number:05d}"
            player.step(f"article {_s10(number)} to {phone} {language}")

    begun = clock.now()
    send("en", 12)
    send("hi", 12)
    silent = list(theirs(carrier))
    for message in carrier.messages:
        if message["body"].isascii() or message not in silent:
            tell(player, "pigeon", message, "delivered")
    while not rows(player.runtime):
        clock.advance(seconds=15)
        sweep(player)
        assert (clock.now() - begun).total_seconds() < 300
    assert rows(player.runtime)[0][:4] == ("pigeon", "INPOST", "booked", "hi")
    again = theirs(carrier)[len(silent) :]
    assert len(again) == 12
    assert all(catalogue().warning("booked", "hi-Latn") in each["body"] for each in again)
    for message in again:
        tell(player, "pigeon", message, "delivered")
    clock.advance(seconds=40)
    sweep(player)
    assert len(theirs(carrier)) == 36  # nobody gets it a third time


def test_a_carrier_that_is_slow_altogether_drops_no_sentence(
    player: Player, carrier: CarrierStub, clock: Clock
) -> None:
    for number in range(1, 25):
        language = "hi" if number % 2 else "en"
        player.step(f"article {_s10(number)} to +9198765{number:05d} {language}")
    clock.advance(seconds=100)
    sweep(player)
    assert rows(player.runtime) == []


def test_another_carrier_that_passes_keeps_the_persons_script(
    runtime: Runtime, player: Player
) -> None:
    """Tested with the pure choice: the route has two carriers."""
    from messages.routes import Routes
    from outbox import carriers, otherwise
    from outbox.routing import Router, Wanted

    with runtime.database.transaction() as conn:
        router = Router(Routes((), ("a", "b")), carriers.read(conn, ("a", "b"), runtime.now()))
    wanted = Wanted("+919876500001", "hi", "alarm", ("a",))
    hi_a = scrubs.DroppedSentence("a", "booked", "hi")
    hi_b = scrubs.DroppedSentence("b", "booked", "hi")
    way = otherwise.find(router, wanted, "booked", {hi_a}, [])
    assert way == otherwise.OtherWay("b", "hi")
    way = otherwise.find(router, wanted, "booked", {hi_a, hi_b}, [])
    assert way == otherwise.OtherWay("a", "hi-Latn")
    assert otherwise.find(router, wanted, "booked", {hi_a, hi_b}, ["a", "b"]) is None


def test_the_page_names_it(player: Player, carrier: CarrierStub) -> None:
    from tests.web.desk.test_carrier_truth import page

    booked(player)
    tell(player, "pigeon", theirs(carrier)[0], "failed", why="DLT_SCRUBBING")
    sweep(player)
    shown = page(player.runtime)
    assert "pigeon INPOST booked hi the carrier says so (DLT_SCRUBBING)" in shown
    runtime = player.runtime
    with runtime.database.transaction() as conn:
        (found,) = doctor_carriers.examine(conn, runtime.settings, runtime.now())
    assert found.state == "wrong"
    assert "pigeon drops booked in hi (header INPOST; it says DLT_SCRUBBING" in found.says
    metric = 'dakiya_scrubbed{gateway="pigeon",header="INPOST",language="hi",template="booked"} 1.0'
    assert metric in player.client.get("/metrics").text


def _s10(number: int) -> str:
    digits = f"{number:08d}"
    weighed = sum(int(d) * w for d, w in zip(digits, (8, 6, 4, 2, 3, 5, 9, 7), strict=True))
    check = {10: 0, 11: 5}.get(11 - weighed % 11, 11 - weighed % 11)
    return f"EU{digits}{check}IN"
