"""Who: a pumper of traffic, who is paid for every text to numbers that he rents.

Wants: bookings and questions that make us text them, abroad and at home, without end.
In the way: docs/developing/trust.md rule 9
Told: the keepers of the carriers, by the feed: a country, a block of numbers, a budget.
"""

from __future__ import annotations

import pytest

from settings import Settings
from tests.rigs.scene import ARTICLE, HOLDER, POSTMAN, Scene


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return settings.model_copy(update={"sms_countries": "+91"})  # what production has by itself


def test_no_text_goes_to_a_country_that_is_not_allowed(scene: Scene) -> None:
    scene.steps("article RR287043775IN to +252612345678 en from +252612345679")
    scene.player.drain()
    found = scene.rows("SELECT DISTINCT status, error FROM messages WHERE phone LIKE '+252%%'")
    assert found == [("failed", "country: no texts go there")]
    assert "message_failed" in scene.written()
    assert scene.is_safe()


def test_codes_are_few_however_often_they_are_asked_for(scene: Scene) -> None:
    scene.steps(f"list 1001: {ARTICLE}", f"{POSTMAN} > 1")
    for _ in range(12):
        scene.player.say(HOLDER, "1")
    sent = [text for text in scene.told(HOLDER) if "{code}" in text]
    assert len(sent) <= 5
    assert scene.is_safe("out_for_delivery")
