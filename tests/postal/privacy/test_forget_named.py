"""Whoever a postman named at somebody else's door is forgotten wherever that was written."""

from __future__ import annotations

from flask import Flask

from runtime import Runtime
from tests.postal.privacy.test_retention import every_row, forget, rows
from tests.rigs.transcript import Player

OFFICE, POSTMAN, HOLDER, NAMED = (
    "+915512340000", "+919839000001", "+919876500001", "+919777700001",
)  # fmt: skip
ARTICLE = "EU123456785IN"


def named(player: Player) -> None:
    for line in (
        f"office {OFFICE}",
        f"postman 1001 {POSTMAN}",
        f"article {ARTICLE} to {HOLDER} en from +919811100001",
        f"list 1001: {ARTICLE}",
        f"{POSTMAN} > 1",
        f"{POSTMAN} > 1 29 {NAMED[3:]} 1 1234",
    ):
        player.step(line)


def test_who_was_named_stands_nowhere(player: Player, app: Flask, runtime: Runtime) -> None:
    named(player)
    waits = forget(app, NAMED)
    assert waits.exit_code == 1
    assert "an office is asked" in waits.output
    player.step(f"{OFFICE} > 2")
    assert NAMED[3:] in str(rows(runtime, "SELECT body FROM messages WHERE direction = 'in'"))
    assert forget(app, NAMED).exit_code == 0
    assert NAMED[3:] not in every_row(runtime)


def test_who_was_named_at_a_door_of_somebody_forgotten(
    player: Player, app: Flask, runtime: Runtime
) -> None:
    """That the addressee was forgotten first does not hide who was named."""
    named(player)
    player.step(f"{OFFICE} > 2")
    player.step(f"{POSTMAN} > 1")
    player.step(f"{POSTMAN} > 1 {{code {HOLDER}}}")
    assert forget(app, HOLDER).exit_code == 0
    assert rows(runtime, "SELECT last4, phone FROM exceptions") == [(None, NAMED)]
    assert forget(app, NAMED).exit_code == 0
    assert NAMED[3:] not in every_row(runtime)
