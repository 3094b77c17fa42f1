"""Missed calls under somebody's number: how often its telephone rings for them in a day."""

from __future__ import annotations

from conversation.ringing import RINGS_A_DAY
from runtime import Runtime
from tests.rigs.transcript import Player

PHONE = "+919876500001"


def test_a_forged_caller_rings_no_telephone_all_day(player: Player, runtime: Runtime) -> None:
    player.step(f"article EU123456785IN to {PHONE} en")
    rung = [_rings(player, runtime) for _ in range(RINGS_A_DAY + 2)]
    assert rung == [True] * RINGS_A_DAY + [False] * 2
    # What is spent in her name is not hers: she asks by a text of her own.
    runtime.redis.delete(*runtime.redis.keys("dakiya:calls:*"))
    player.step("postman 1001 +919839000001")
    player.step("list 1001: EU123456785IN")
    player.drain()
    assert f"{PHONE} ~ (rings)" in player.step(f"{PHONE} > 6")


def _rings(player: Player, runtime: Runtime) -> bool:
    """One missed call, in an hour of its own; whether the telephone rings for it."""
    runtime.redis.delete(*runtime.redis.keys("dakiya:calls:*"), "none")
    player.step("wait 31 s")
    said = player.step(f"{PHONE} calls menu")
    if f"{PHONE} ~ (rings)" not in said:
        assert any(line.startswith(f"{PHONE} < ") for line in said)
        return False
    player.step(f"{PHONE} is busy")
    player.step("wait 61 s")
    player.step(f"{PHONE} is busy")
    return True
