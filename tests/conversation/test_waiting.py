"""A text whose rows others hold is taken at once, and its turn later, in order, by the clock."""

from __future__ import annotations

from dataclasses import replace

import psycopg

from conversation import inbound
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
    broken = replace(runtime, gateways={})
    with psycopg.connect(settings.database_owner_url) as other:
        other.execute("UPDATE waiting_texts SET sealed = 'spoilt'")
        other.commit()
    for _ in range(3):
        clock.advance(minutes=31)
        read_waiting(broken)
    assert _rows(runtime, "SELECT status, error FROM messages WHERE direction = 'in'") == [
        ("unreadable", "its turn could not be taken for an hour")
    ]
    assert _rows(runtime, "SELECT FROM waiting_texts") == []
