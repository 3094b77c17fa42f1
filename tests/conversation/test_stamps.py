"""A carrier whose stamps of texts are off by a constant: they are set right, and then believed."""

from __future__ import annotations

import pytest
from flask import Flask

from messages.routes import stamps
from runtime import Runtime
from settings import Settings
from tests.rigs.api_calls import number_of
from tests.rigs.office import POSTMAN, office, phone_of
from tests.rigs.transcript import Player


@pytest.fixture
def settings(usual_settings: Settings, request: pytest.FixtureRequest) -> Settings:
    return usual_settings.model_copy(update={"sms_stamps": request.param})


@pytest.mark.parametrize("settings", ["exotel=1,simulator=330"], indirect=True)
def test_stamps_of_another_zone_are_set_right(player: Player, app: Flask, runtime: Runtime) -> None:
    """UTC told as India's time: each text seems to be of hours ago."""
    at = office(player, app, runtime)
    at.out(1)
    player.step("wait 2 h")
    player.step(f"{POSTMAN} > 1 @ -330 min")
    player.step(f"{POSTMAN} > 1 {{code {phone_of(1)}}} @ -330 min")
    assert at.state(number_of(1)) == "delivered"


@pytest.mark.parametrize("settings", ["simulator=720"], indirect=True)
def test_a_day_that_is_wrong_by_half_is_todays(
    player: Player, app: Flask, runtime: Runtime
) -> None:
    at = office(player, app, runtime)
    at.out(1)
    player.step(f"{POSTMAN} > 1 @ -720 min")
    player.step("wait 1 min")
    player.step(f"{POSTMAN} > 1 11 @ -720 min")
    assert at.state(number_of(1)) == "attempted"


@pytest.mark.parametrize("text", ["exotel", "exotel=", "exotel=5h", "=5", "exotel=1440", "a=99999"])
def test_what_is_no_constant_of_a_gateway_prevents_the_start(text: str) -> None:
    with pytest.raises(ValueError, match="less than a day, as exotel=330"):
        stamps(text)
