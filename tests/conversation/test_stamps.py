"""A carrier whose stamps of texts are off by a constant: they are set right, and then believed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import pytest
from flask import Flask

from gateways.build import build
from messages.routes import stamps
from postal.desk import text_clocks
from runtime import Runtime
from settings import Settings
from tests.rigs.api_calls import number_of
from tests.rigs.office import POSTMAN, office, phone_of
from tests.rigs.transcript import Player
from tests.web.desk.test_carrier_truth import page
from web.operations import doctor_carriers


@pytest.fixture
def settings(usual_settings: Settings, request: pytest.FixtureRequest) -> Settings:
    return usual_settings.model_copy(update={"sms_stamps": getattr(request, "param", "")})


@pytest.mark.parametrize("settings", ["simulator_voice=1,simulator=330"], indirect=True)
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


def test_a_name_that_no_carrier_has_prevents_the_start(usual_settings: Settings) -> None:
    """It was a slip of the pen, and all texts would go on coming late."""
    wrong = usual_settings.model_copy(update={"sms_stamps": "simulator=330, simulater=330"})
    with pytest.raises(ValueError, match="SMS_STAMPS: no gateway is called simulater"):
        build(wrong)
    unset = usual_settings.model_copy(update={"sms_stamps": "exotel=330"})
    with pytest.raises(ValueError, match="SMS_STAMPS names exotel, which needs"):
        build(unset)


def found(runtime: Runtime) -> list[str]:
    with runtime.database.transaction() as conn:
        examined = list(doctor_carriers.examine(conn, runtime.settings, runtime.now()))
    return [each.says for each in examined if each.what == "SMS_STAMPS"]


@pytest.mark.parametrize(
    ("settings", "written", "named"),
    [("", -330, 330), ("simulator=60", -90, 90), ("simulator=720", -330, 330)],
    indirect=["settings"],
)
def test_a_clock_of_texts_that_is_off_is_found_and_what_sets_it_right_is_named(
    player: Player, runtime: Runtime, written: int, named: int
) -> None:
    """What is set already is counted in."""
    assert found(runtime) == []
    player.step(f"postman 1001 {POSTMAN}")
    for _ in range(10):
        assert "dakiya_text_clock_seconds{" not in player.client.get("/metrics").text
        player.step(f"{POSTMAN} > 00 @ {written} min")
        player.step("wait 1 min")
    behind = runtime.settings.stamps.get("simulator", timedelta()) + timedelta(minutes=written)
    assert [each.split(": set ")[1] for each in found(runtime)] == [
        f"SMS_STAMPS=simulator={named}, docs/gateways.md"
    ]
    assert f"SMS_STAMPS=simulator={named}" in page(runtime)
    with runtime.database.transaction() as conn:
        hour = runtime.now() - timedelta(hours=1)
        assert text_clocks.read_newest(conn, hour, runtime.now(), 9) == []  # of so many texts
    metric = f'dakiya_text_clock_seconds{{gateway="simulator"}} {behind.total_seconds()}'
    assert metric in player.client.get("/metrics").text


def test_a_clock_that_is_right_or_goes_wrong_by_no_constant_is_no_finding(
    player: Player, runtime: Runtime
) -> None:
    """As after a night without a network: the texts of one dead zone are not alike."""
    player.step(f"postman 1001 {POSTMAN}")
    for minutes in range(0, 200, 20):
        player.step(f"{POSTMAN} > 00 @ -{minutes} min")
    assert found(runtime) == []
    assert "SMS_STAMPS=simulator" not in page(runtime)
    assert "dakiya_text_clock_seconds{" not in player.client.get("/metrics").text


@pytest.mark.parametrize("late", [range(8, 12), range(25, 35), [0] + [60] * 9, [28] + [32] * 9])
def test_a_carrier_that_is_slow_is_no_wrong_clock(
    player: Player, runtime: Runtime, late: Sequence[int]
) -> None:
    """Who set its clock for that would let codes be released at doors that nobody is at."""
    player.step(f"postman 1001 {POSTMAN}")
    for number in range(10):
        player.step(f"{POSTMAN} > 00 @ -{late[number % len(late)]} min")
        player.step("wait 1 min")
    (says,) = found(runtime)
    assert "it is slow, or its clock is wrong" in says
    assert "slow, or a wrong clock" in page(runtime)
    assert "SMS_STAMPS=" not in says + page(runtime)
    assert "dakiya_text_clock_seconds{" not in player.client.get("/metrics").text


@pytest.mark.parametrize("yesterday", [0, 1])
def test_by_a_clock_that_is_found_wrong_the_day_is_set_right(
    player: Player, app: Flask, runtime: Runtime, yesterday: int
) -> None:
    """Half a day behind: what he sends seems to be of the evening before."""
    at = office(player, app, runtime)
    if yesterday:
        at.out(9)
        player.step("wait 24 h")
    for _ in range(10):
        player.step(f"{POSTMAN} > 00 @ -780 min")
    player.step("wait 1 min")
    at.out(1, 2)
    item = 2 + yesterday  # that of yesterday is out again, and the first
    player.step(f"{POSTMAN} > {item} @ -780 min")
    player.step(f"{POSTMAN} > {item} {{code {phone_of(2)}}} @ -780 min")
    assert at.state(number_of(2)) == "delivered"
    player.step(f"{POSTMAN} > {number_of(1)} 11 @ -780 min")
    assert at.state(number_of(1)) == "attempted"


@pytest.mark.parametrize("text", ["2 11", "2", f"{number_of(1)} 11"])
def test_what_was_written_the_day_before_is_never_todays(
    player: Player, app: Flask, runtime: Runtime, text: str
) -> None:
    """The clock is right, and what is on no list of that day is a slip of the finger."""
    at = office(player, app, runtime)
    at.out(9)
    player.step("wait 24 h")
    at.out(1, 2)
    for _ in range(10):
        player.step(f"{POSTMAN} > 00")
    player.step(f"{POSTMAN} > {text} @ -780 min")
    assert [at.state(number_of(each)) for each in (9, 1, 2)] == ["out_for_delivery"] * 3
    assert "approached" not in at.kinds(number_of(1))
