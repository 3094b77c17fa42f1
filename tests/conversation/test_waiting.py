"""A text whose rows others hold is taken at once, and its turn later, in order, by the clock."""

from __future__ import annotations

from threading import Thread

import psycopg
import pytest

from conversation import inbound, waiting
from conversation.waiting import read_waiting
from gateways.base import Inbound
from runtime import Runtime
from settings import Settings
from tests.rigs.clock import Clock
from tests.rigs.transcript import Player

POSTMAN, RECIPIENT = "+919839000001", "+919876500001"


def _text(number: int, words: str, phone: str = POSTMAN) -> Inbound:
    return Inbound("simulator", f"text-{number}", phone, words)


def _rows(runtime: Runtime, query: str) -> list[tuple[object, ...]]:
    with runtime.database.transaction() as conn:
        return conn.execute(query.encode()).fetchall()


def test_texts_wait_in_order_while_others_go_on(
    player: Player, runtime: Runtime, settings: Settings, clock: Clock
) -> None:
    for line in (
        f"postman 1001 {POSTMAN}",
        "postman 1002 +919839000002",
        f"article EU123456785IN to {RECIPIENT} hi-Latn from +919811100001",
        "article RR287043775IN to +919876500002 hi-Latn from +919811100001",
        "list 1001: EU123456785IN",
        "list 1002: RR287043775IN",
    ):
        player.step(line)
    with psycopg.connect(settings.database_owner_url) as holder:
        holder.execute("SELECT FROM articles WHERE number = 'EU123456785IN' FOR UPDATE")
        inbound.receive(runtime, _text(1, "1"))
        inbound.receive(runtime, _text(2, "1 11"))  # it would not wait for the row, but for the 1st
        inbound.receive(runtime, _text(2, "1 11"))  # the carrier posts it once more
        inbound.receive(runtime, _text(3, "1", "+919839000002"))
        waiting = _rows(runtime, "SELECT carrier_id, tries FROM waiting_texts ORDER BY id")
        assert waiting == [("text-1", 0), ("text-2", 0)]
        assert _rows(runtime, "SELECT carrier_id FROM messages WHERE direction = 'in'") == [
            ("text-3",)
        ]
        assert b"1 11" not in b"".join(
            bytes(row[0])  # type: ignore[call-overload]
            for row in _rows(runtime, "SELECT sealed FROM waiting_texts")
        )
        clock.advance(seconds=1)
        read_waiting(runtime)  # still held
        assert _rows(runtime, "SELECT tries FROM waiting_texts ORDER BY id") == [(1,), (0,)]
    for _ in range(3):
        clock.advance(seconds=2)
        read_waiting(runtime)
    assert _rows(runtime, "SELECT FROM waiting_texts") == []
    assert _rows(runtime, "SELECT body FROM messages WHERE direction = 'in' ORDER BY id") == [
        ("1",), ("1",), ("1 11",),
    ]  # fmt: skip
    assert _rows(runtime, "SELECT state FROM articles WHERE number = 'EU123456785IN'") == [
        ("attempted",)
    ]


def test_what_cannot_be_read_for_an_hour_is_left_to_people(
    player: Player, runtime: Runtime, settings: Settings, clock: Clock
) -> None:
    player.step(f"postman 1001 {POSTMAN}")
    with psycopg.connect(settings.database_owner_url) as holder:
        holder.execute("LOCK TABLE conversations IN ACCESS EXCLUSIVE MODE")
        inbound.receive(runtime, _text(1, "00"))
    with psycopg.connect(settings.database_owner_url) as other:
        other.execute("UPDATE waiting_texts SET sealed = 'spoilt'")
        other.commit()
    for _ in range(21):
        clock.advance(minutes=3)
        read_waiting(runtime)
    assert _rows(runtime, "SELECT status, error FROM messages WHERE direction = 'in'") == [
        ("unreadable", "its turn could not be taken for an hour")
    ]
    assert _rows(runtime, "SELECT FROM waiting_texts") == []


def _held(runtime: Runtime, sessions: int) -> None:
    """Return when so many sessions wait for locks."""
    while _rows(
        runtime,
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
        " AND wait_event_type = 'Lock'",
    ) != [(sessions,)]:
        pass


def _booked(player: Player) -> None:
    for line in (
        f"postman 1001 {POSTMAN}",
        f"article EU123456785IN to {RECIPIENT} hi-Latn from +919811100001",
        "article RR287043775IN to +919876500002 hi-Latn from +919811100001",
        "list 1001: EU123456785IN RR287043775IN",
    ):
        player.step(line)


def test_the_text_behind_one_that_begins_to_wait_does_not_overtake_it(
    player: Player, runtime: Runtime, settings: Settings, clock: Clock
) -> None:
    """It waited for the first and saw none waiting; its "0" then undid another door."""
    _booked(player)
    for line in ("1", f"1 {{code {RECIPIENT}}}", "2"):
        player.step(f"{POSTMAN} > {line}")
    code = player.codes["+919876500002"][-1]
    with psycopg.connect(settings.database_owner_url) as holder:
        holder.execute("SELECT FROM articles WHERE number = 'RR287043775IN' FOR UPDATE")
        first = Thread(target=inbound.receive, args=(runtime, _text(1, f"2 {code}")))
        first.start()
        _held(runtime, 1)
        clock.advance(seconds=1)
        second = Thread(target=inbound.receive, args=(runtime, _text(2, "0")))
        second.start()
        _held(runtime, 2)
        first.join()
        second.join()
    assert _rows(runtime, "SELECT carrier_id FROM waiting_texts ORDER BY at, id") == [
        ("text-1",), ("text-2",),
    ]  # fmt: skip
    clock.advance(seconds=1)
    assert read_waiting(runtime) == 2
    assert _rows(runtime, "SELECT number, state FROM articles ORDER BY number") == [
        ("EU123456785IN", "delivered"), ("RR287043775IN", "out_for_delivery"),
    ]  # fmt: skip


def test_whoever_sends_faster_than_the_clock_ticks_waits_no_longer(
    player: Player,
    runtime: Runtime,
    settings: Settings,
    clock: Clock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """One text of a telephone a second was read: behind forged ones its own came never."""
    _booked(player)
    with psycopg.connect(settings.database_owner_url) as holder:
        holder.execute("SELECT FROM articles WHERE number = 'EU123456785IN' FOR UPDATE")
        inbound.receive(runtime, _text(0, "1"))
    for number in range(1, 8):
        inbound.receive(runtime, _text(number, "00"))
    clock.advance(seconds=1)
    monkeypatch.setattr(waiting, "_SECONDS", 60)  # however busy this machine is
    assert read_waiting(runtime) == 8


def test_a_clock_that_is_set_back_silences_no_telephone(
    player: Player, runtime: Runtime, settings: Settings, clock: Clock
) -> None:
    _booked(player)
    long = "a" * 160
    inbound.receive(runtime, _text(9, long, RECIPIENT))  # more may follow
    with psycopg.connect(settings.database_owner_url) as holder:
        holder.execute("SELECT FROM articles WHERE number = 'EU123456785IN' FOR UPDATE")
        inbound.receive(runtime, _text(0, "1"))
    clock.advance(days=-30)
    assert read_waiting(runtime) == 1
    inbound.read_held(runtime)
    assert _rows(runtime, "SELECT FROM text_parts WHERE sealed IS NOT NULL") == []


def test_what_is_left_to_people_has_its_words_and_was_tried_often(
    player: Player, runtime: Runtime, settings: Settings, clock: Clock
) -> None:
    _booked(player)
    with psycopg.connect(settings.database_owner_url) as holder:
        holder.execute("SELECT FROM articles WHERE number = 'EU123456785IN' FOR UPDATE")
        inbound.receive(runtime, _text(1, "my code is 482913, he has it not", RECIPIENT))
        clock.advance(hours=2)  # no worker ran
        assert "dakiya_texts_waiting_seconds 7200.0" in player.client.get("/metrics").text
        read_waiting(runtime)
        assert _rows(runtime, "SELECT tries FROM waiting_texts") == [(1,)]
        with runtime.database.transaction() as conn:
            conn.execute("UPDATE waiting_texts SET tries = 20")
        clock.advance(seconds=30)
        read_waiting(runtime)
    assert _rows(runtime, "SELECT status, body FROM messages WHERE direction = 'in'") == [
        ("unreadable", "my code is ••••••, he has it not")
    ]


def test_a_part_awaits_the_rest_that_waits(
    player: Player, runtime: Runtime, settings: Settings, clock: Clock
) -> None:
    _booked(player)
    begins = f"{'it is for my neighbour ' * 7}"[:153]
    inbound.receive(runtime, _text(1, begins, RECIPIENT))
    with psycopg.connect(settings.database_owner_url) as holder:
        holder.execute("SELECT FROM articles WHERE number = 'EU123456785IN' FOR UPDATE")
        inbound.receive(runtime, _text(2, "and not for me", RECIPIENT))
        clock.advance(seconds=5)
        assert inbound.read_held(runtime) == 0
    clock.advance(seconds=1)
    assert read_waiting(runtime) == 1
    clock.advance(seconds=5)
    inbound.read_held(runtime)
    assert _rows(
        runtime,
        "SELECT count(*) FROM sprints s JOIN conversations c ON c.id = s.conversation_id"
        " WHERE s.message_id IS NOT NULL AND c.machine = 'recipient'",
    ) == [(1,)]


def test_nobody_is_forgotten_while_a_text_of_his_waits(
    player: Player, runtime: Runtime, settings: Settings, clock: Clock
) -> None:
    """Its carrier has its answer: deleted with the person, it was read by nobody."""
    stranger = "+919876500009"
    with psycopg.connect(settings.database_owner_url) as holder:
        holder.execute("LOCK TABLE conversations IN ACCESS EXCLUSIVE MODE")
        inbound.receive(runtime, _text(1, "where is my post", stranger))
    run = player.client.application.test_cli_runner()
    forgets = ["forget-person", stranger, "--reason", "asked", "--yes"]
    refused = run.invoke(args=forgets)
    assert "a text of it waits for its turn" in refused.output
    assert "texts_not_read_yet" in run.invoke(args=["export-person", stranger]).output
    clock.advance(seconds=1)
    assert read_waiting(runtime) == 1
    player.drain()
    assert "is forgotten" in run.invoke(args=forgets).output


def test_a_text_that_comes_thrice_at_once_is_done_once(
    player: Player, runtime: Runtime, settings: Settings, clock: Clock
) -> None:
    """Also where its turn has to wait, and digests and decisions are in order after all of it."""
    _booked(player)
    with psycopg.connect(settings.database_owner_url) as holder:
        holder.execute("SELECT FROM articles WHERE number = 'EU123456785IN' FOR UPDATE")
        posts = [Thread(target=inbound.receive, args=(runtime, _text(1, "1"))) for _ in range(3)]
        for each in posts:
            each.start()
        for each in posts:
            each.join()
        assert _rows(runtime, "SELECT count(*) FROM waiting_texts") == [(1,)]
    clock.advance(seconds=1)
    assert read_waiting(runtime) == 1
    inbound.receive(runtime, _text(1, "1"))
    assert _rows(runtime, "SELECT count(*) FROM codes") == [(1,)]
    run = player.client.application.test_cli_runner()
    for arguments in (["audit", "verify"], ["replay"]):
        done = run.invoke(args=arguments)
        assert done.exit_code == 0, done.output
