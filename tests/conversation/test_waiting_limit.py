"""As many texts of a telephone wait as are read in an hour; what is exact waits beyond that."""

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

RECIPIENT, OTHER = "+919876500001", "+919876500002"
ARTICLE = "EU123456785IN"


def _text(number: int, words: str, phone: str = RECIPIENT) -> Inbound:
    return Inbound("simulator", f"text-{number}", phone, words)


def _values(runtime: Runtime, query: str) -> list[object]:
    with runtime.database.transaction() as conn:
        return [row[0] for row in conn.execute(query.encode()).fetchall()]


def test_forged_talk_does_not_fill_the_queue_and_the_victims_digits_are_read(
    player: Player, runtime: Runtime, settings: Settings, clock: Clock
) -> None:
    for line in (
        "postman 1001 +919839000001",
        f"article {ARTICLE} to {RECIPIENT} hi-Latn from +919811100001",
        f"list 1001: {ARTICLE}",
    ):
        player.step(line)
    sent = _values(runtime, "SELECT count(*) FROM messages WHERE direction = 'out'")
    few = replace(runtime, settings=settings.model_copy(update={"inbound_hourly_limit": 3}))
    waiting = "SELECT carrier_id FROM waiting_texts ORDER BY at, id"
    with psycopg.connect(settings.database_owner_url) as holder:
        holder.execute("SELECT FROM articles FOR UPDATE")
        for number in range(8):
            inbound.receive(few, _text(number, f"forged talk {number}"))
        inbound.receive(few, _text(8, "3"))  # the victim's own
        inbound.receive(few, _text(1, "forged talk 1"))  # the carrier posts it once more
        inbound.receive(few, _text(9, "namaste", OTHER))
        assert _values(runtime, waiting) == ["text-0", "text-1", "text-2", "text-8"]
        assert _values(runtime, "SELECT count FROM inbound_floods") == [5]
        told = "SELECT template FROM messages WHERE direction = 'out' AND template = 'flood'"
        assert _values(runtime, told) == ["flood"]
    clock.advance(seconds=1)
    assert read_waiting(few) == 4
    assert _values(runtime, "SELECT why FROM articles_aside") == ["marked"]
    assert _values(runtime, "SELECT count(*) FROM messages WHERE direction = 'out'") > sent
