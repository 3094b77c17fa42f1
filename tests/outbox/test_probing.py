"""Probes through the real hooks: two carriers, of which one breaks Hindi, and two telephones."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

import jobs
from india.phone import masked
from outbox import probe_verdicts, probing
from outbox.probe_verdicts import ProbeVerdicts
from runtime import Runtime
from settings import Settings
from tests.rigs.carrier_stub import CarrierStub
from tests.rigs.clock import Clock
from tests.rigs.configured import configured, text
from tests.rigs.transcript import Player
from tests.web.desk.test_carrier_truth import page
from web.operations import doctor_carriers

ONE, TWO = "+919800000001", "+919800000002"


class Handsets:
    """Two telephones that forward what they get. `off`: those that are switched off."""

    def __init__(self, player: Player, **carriers: CarrierStub) -> None:
        self.player = player
        self.carriers = carriers
        self.off: set[str] = set()
        self.dead: set[str] = set()  # carriers that take everything and bring nothing
        self.broken: set[str] = set()  # carriers that write question marks for Hindi
        self.apart: set[tuple[str, str]] = set()  # carriers that do not reach a telephone
        self._seen = dict.fromkeys(carriers, 0)
        self._ids = 0

    def answer(self) -> None:
        for name, carrier in self.carriers.items():
            new = carrier.messages[self._seen[name] :]
            self._seen[name] = len(carrier.messages)
            for message in new:
                apart = (name, message["to"]) in self.apart
                if name in self.dead or message["to"] in self.off or apart:
                    continue
                shown = str(message["body"])
                if name in self.broken:
                    shown = re.sub(r"[\u0900-\u097F]", "?", shown)
                self._ids += 1
                said = f"VM-{message['from']}-S: {shown}"
                text(self.player, "pigeon", f"in-{self._ids}", message["to"], said)


@pytest.fixture
def pigeon() -> Iterator[CarrierStub]:
    with CarrierStub() as carrier:
        yield carrier


@pytest.fixture
def raven() -> Iterator[CarrierStub]:
    with CarrierStub() as carrier:
        yield carrier


@pytest.fixture
def settings(
    settings: Settings, pigeon: CarrierStub, raven: CarrierStub, tmp_path: Path
) -> Settings:
    routed = configured(settings, tmp_path, pigeon=pigeon, raven=raven)
    return routed.model_copy(update={"probe_phones": f"{ONE},{TWO}"})


@pytest.fixture
def handsets(player: Player, pigeon: CarrierStub, raven: CarrierStub) -> Handsets:
    return Handsets(player, pigeon=pigeon, raven=raven)


def rounds(handsets: Handsets, clock: Clock, count: int = 3) -> ProbeVerdicts:
    """So many rounds of five minutes; what is said two minutes after the last one."""
    runtime = handsets.player.runtime
    for _ in range(count):
        clock.advance(seconds=300)
        jobs.sweep()
        handsets.player.drain()
        clock.advance(seconds=7)
        handsets.answer()
    clock.advance(seconds=125)
    with runtime.database.transaction() as conn:
        return probe_verdicts.read(
            conn, timedelta(seconds=300), timedelta(seconds=120), runtime.now()
        )


def states(verdicts: ProbeVerdicts) -> tuple[dict[str, str], dict[str, str]]:
    return (
        {each.carrier: each.state for each in verdicts.routes},
        {each.phone: each.state for each in verdicts.handsets},
    )


def test_each_route_is_tried_on_each_telephone(
    handsets: Handsets, clock: Clock, pigeon: CarrierStub, raven: CarrierStub
) -> None:
    verdicts = rounds(handsets, clock)
    assert states(verdicts) == ({"pigeon": "well", "raven": "well"}, {ONE: "on", TWO: "on"})
    assert [(each.seconds, each.sender) for each in verdicts.routes] == [(7.0, "VM-INPOST-S")] * 2
    for carrier in (pigeon, raven):
        assert [each["to"] for each in carrier.messages].count(ONE) == 3
    jobs.sweep()
    handsets.player.drain()
    assert len(pigeon.messages) == 6  # the next round is not due


def test_a_carrier_that_breaks_hindi_is_found(handsets: Handsets, clock: Clock) -> None:
    handsets.broken = {"raven"}
    assert states(rounds(handsets, clock))[0] == {"pigeon": "well", "raven": "broken"}
    runtime = handsets.player.runtime
    both = f"{masked(ONE)}, {masked(TWO)}"
    assert f"raven BREAKS HINDI ({both}) VM-INPOST-S 6 0 7.0 s" in page(runtime)
    said = doctor(runtime)
    broken = (
        f"raven at {both}: it breaks Hindi: give hi another carrier by SMS_ROUTE_RULES, and tell it"
    )
    assert said == {("wrong", broken), ("ok", "pigeon: 7 s there and back")}
    shown = handsets.player.client.get("/metrics").text
    assert 'dakiya_probe_route{gateway="raven",state="broken"} 1.0' in shown
    assert 'dakiya_probe_seconds{gateway="pigeon"} 7.0' in shown
    assert ONE not in shown


def doctor(runtime: Runtime) -> set[tuple[str, str]]:
    with runtime.database.transaction() as conn:
        found = doctor_carriers.examine(conn, runtime.settings, runtime.now())
        return {(each.state, each.says) for each in found}


def test_a_route_that_does_not_reach_one_telephone_is_shown_with_it(
    handsets: Handsets, clock: Clock
) -> None:
    handsets.apart = {("raven", TWO)}
    runtime = handsets.player.runtime
    assert states(rounds(handsets, clock)) == (
        {"pigeon": "well", "raven": "partly"},
        {ONE: "on", TWO: "on"},
    )
    shown = page(runtime)
    assert f"other routes ({masked(TWO)})" in shown
    assert f"raven {masked(ONE)} works 3 0 7.0 s" in shown
    assert f"raven {masked(TWO)} nothing arrives, or no answer comes 0 3 –" in shown
    wrong = [says for state, says in doctor(runtime) if state == "wrong"]
    assert len(wrong) == 1
    assert wrong[0].startswith(f"raven at {masked(TWO)}: nothing by it arrives there")
    told = handsets.player.client.get("/metrics").text
    pair = f'gateway="raven",phone="2: {masked(TWO)}",state="lost"'
    assert f"dakiya_probe_pair{{{pair}}} 1.0" in told
    assert TWO not in told


def test_a_telephone_that_is_off_is_shown_with_all_its_routes(
    handsets: Handsets, clock: Clock
) -> None:
    handsets.off = {TWO}
    rounds(handsets, clock)
    runtime = handsets.player.runtime
    off = f"{masked(TWO)} is off: charge it, others answer the same routes (pigeon, raven)"
    assert ("wrong", off) in doctor(runtime)
    assert f"raven {masked(TWO)} nothing arrives, or no answer comes 0 3 –" in page(runtime)


def test_a_dead_route_and_a_telephone_that_is_off_are_told_apart(
    handsets: Handsets, clock: Clock
) -> None:
    handsets.dead = {"raven"}
    assert states(rounds(handsets, clock)) == (
        {"pigeon": "well", "raven": "dead"},
        {ONE: "on", TWO: "on"},
    )
    handsets.dead, handsets.off = set(), {TWO}
    assert states(rounds(handsets, clock)) == (
        {"pigeon": "well", "raven": "well"},
        {ONE: "on", TWO: "off"},
    )


def test_what_a_probe_telephone_says_reaches_no_conversation(
    handsets: Handsets, clock: Clock, runtime: Runtime
) -> None:
    rounds(handsets, clock, 1)
    text(handsets.player, "pigeon", "odd", ONE, "hello, is this the post?")
    text(handsets.player, "pigeon", "odd", ONE, "hello, is this the post?")  # repeated
    handsets.player.drain()
    with runtime.database.transaction() as conn:
        assert conn.execute("SELECT count(*) FROM sprints").fetchone() == (0,)
        assert conn.execute("SELECT count(*) FROM tickets").fetchone() == (0,)
        kept = conn.execute(
            "SELECT status, count(*) FROM messages WHERE direction = 'in' GROUP BY 1 ORDER BY 1"
        ).fetchall()
    assert kept == [("received", 4), ("unreadable", 1)]


def test_only_probe_telephones_are_believed(
    handsets: Handsets, clock: Clock, runtime: Runtime, pigeon: CarrierStub
) -> None:
    handsets.off = {ONE, TWO}
    rounds(handsets, clock, 1)
    stranger = "+919876500009"
    text(handsets.player, "pigeon", "s", stranger, pigeon.messages[0]["body"])
    with runtime.database.transaction() as conn:
        answered = conn.execute("SELECT count(*) FROM probes WHERE answered_at IS NOT NULL")
        assert answered.fetchone() == (0,)


def test_a_text_of_many_digits_answers_no_probe(
    handsets: Handsets, clock: Clock, runtime: Runtime, pigeon: CarrierStub, raven: CarrierStub
) -> None:
    """Whoever forges it cannot hit an open one by naming them all, nor before it went out."""
    handsets.off = {ONE, TWO}
    rounds(handsets, clock, 1)
    all_ = " ".join(f"{n:04d}" for n in range(10_000))
    shown = re.findall(r"(?<![0-9])[0-9]{4}(?![0-9])", pigeon.messages[0]["body"])[0]
    other = re.findall(r"(?<![0-9])[0-9]{4}(?![0-9])", pigeon.messages[1]["body"])[0]
    text(handsets.player, "pigeon", "all", pigeon.messages[0]["to"], all_[:1500])
    text(handsets.player, "pigeon", "four", pigeon.messages[0]["to"], f"{shown} 0001 0002 0003")
    by_raven = next(each for each in raven.messages if each["to"] == pigeon.messages[0]["to"])
    second = re.findall(r"(?<![0-9])[0-9]{4}(?![0-9])", by_raven["body"])[0]
    text(handsets.player, "pigeon", "both", by_raven["to"], f"{shown} {second}")
    clock.advance(seconds=300)
    probing.send_due(runtime)  # and not drained
    with runtime.database.transaction() as conn:
        waits = conn.execute(
            "SELECT p.phone, p.token FROM probes p JOIN messages m ON m.id = p.message_id"
            " WHERE m.first_tried_at IS NULL LIMIT 1"
        ).fetchone()
    assert waits is not None
    text(handsets.player, "pigeon", "early", waits[0], waits[1])
    with runtime.database.transaction() as conn:
        answered = "SELECT count(*) FROM probes WHERE answered_at IS NOT NULL"
        assert conn.execute(answered).fetchone() == (0,)
    assert shown != other
    stamped = f"14:30 2026: {shown}"  # what a telephone adds
    text(handsets.player, "pigeon", "right", pigeon.messages[0]["to"], stamped)
    with runtime.database.transaction() as conn:
        assert conn.execute(answered).fetchone() == (1,)


def test_without_telephones_nothing_is_sent(
    runtime: Runtime, player: Player, pigeon: CarrierStub, clock: Clock
) -> None:
    from dataclasses import replace

    from outbox import probing

    bare = replace(runtime, settings=runtime.settings.model_copy(update={"probe_phones": ""}))
    assert probing.send_due(bare) == 0
