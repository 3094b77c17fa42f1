"""Who: somebody who sends a hundred texts under the recipient's number, and then acts in it.

Wants: her 3, her 2 and her 1 to be among what nobody reads any more.
In the way: docs/developing/trust.md rule 10
Told: she, once, that the rest waits; the desk, by the feed; her digits are read all the time.
"""

from __future__ import annotations

import pytest

from settings import Settings
from tests.rigs.scene import ARTICLE, FRIEND, HOLDER, OFFICE, POSTMAN, Scene

LIMIT = 5


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return settings.model_copy(update={"inbound_hourly_limit": LIMIT})


def test_the_victim_is_heard(scene: Scene) -> None:
    scene.steps(f"list 1001: {ARTICLE}")
    for n in range(3 * LIMIT):
        scene.player.say(HOLDER, f"kya {n}")
    assert len([text for text in scene.told(HOLDER) if text.startswith("Too many")]) == 1
    scene.steps(f"{HOLDER} > 5 {FRIEND}", f"{FRIEND} > 1")
    said = scene.steps(f"{HOLDER} > 3")
    assert any(line.startswith(f"{HOLDER} <") for line in said)
    assert any(line.startswith(f"{OFFICE} <") for line in said)
    scene.steps(f"{POSTMAN} > 1", f"{POSTMAN} > 1 11")
    scene.steps(f"{HOLDER} > 2")
    assert scene.is_safe("attempted")
    assert scene.tickets() >= {"contested"}
    assert {"inbound_flood", "remark_contested"} <= scene.written()
