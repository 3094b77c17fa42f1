"""Configured carriers in the registry and at the command line."""

from __future__ import annotations

import logging
import re
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskCliRunner

from app import create_app
from gateways.build import build
from gateways.profiles.shipped import account
from runtime import Runtime
from settings import Settings
from tests.rigs.gateway import settings_with
from tests.rigs.http import NAMES, PIGEON, PIGEON_VALUES

_PRODUCTION = {
    "dakiya_env": "production",
    "dakiya_master_key": "k" * 32,
    "secret_key": "k" * 32,
    "database_url": "postgresql://db.invalid/dakiya",
    "redis_url": "redis://redis.invalid/0",
}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A directory of the operator's own, with one good profile and what it needs."""
    (tmp_path / "pigeon.toml").write_text(PIGEON)
    for name, value in PIGEON_VALUES.items():
        monkeypatch.setenv(name, value)
    return tmp_path


# ---- registry ------------------------------------------------------------------------------------


def test_an_own_profile_is_a_gateway(folder: Path) -> None:
    gateways = build(settings_with(http_profiles=str(folder), sms_routes="pigeon"))
    assert gateways["pigeon"].name == "pigeon"
    assert gateways["pigeon"].rate == 5
    assert "kannel" not in gateways  # shipped, and without an account here


def test_an_own_profile_hides_the_shipped_one_of_its_name(folder: Path) -> None:
    (folder / "kannel.toml").write_text(PIGEON)
    gateways = build(settings_with(http_profiles=str(folder)))
    assert gateways["kannel"].rate == 5


@pytest.mark.parametrize(
    ("variable", "value", "says"),
    [
        ("PIGEON_SENDER", "", r"needs PIGEON_SENDER \(who writes\)$"),
        ("PIGEON_KEY", "", "needs PIGEON_KEY$"),
        ("PIGEON_HOOK_SECRET", "", "needs PIGEON_HOOK_SECRET$"),
        ("PIGEON_HOOK_SECRET", "short", "PIGEON_HOOK_SECRET of 16 characters or more"),
        ("PIGEON_HOOK_SECRET", "sixteen/and/more/", "PIGEON_HOOK_SECRET of 16 characters or more"),
    ],
)
@pytest.mark.parametrize("environment", [{}, _PRODUCTION])
def test_a_routed_profile_that_lacks_something_refuses_to_start(
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    variable: str,
    value: str,
    says: str,
    environment: dict[str, str],
) -> None:
    monkeypatch.setenv(variable, value)
    settings = settings_with(http_profiles=str(folder), sms_routes="pigeon", **environment)
    with pytest.raises(ValueError, match=says) as refused:
        build(settings)
    assert "key-of-the-pigeon" not in str(refused.value)


@pytest.mark.parametrize(
    ("address", "starts"),
    [
        ("https://pigeon.example", True),
        ("http://127.0.0.1:13013", True),
        ("http://10.1.2.3", True),
        ("http://kannel:13013", True),
        ("http://pigeon.example", False),
        ("http://8.8.8.8", False),
    ],
)
def test_production_sends_no_key_in_clear_over_the_internet(
    folder: Path, monkeypatch: pytest.MonkeyPatch, address: str, starts: bool
) -> None:
    monkeypatch.setenv("PIGEON_URL", address)
    settings = settings_with(http_profiles=str(folder), sms_routes="pigeon", **_PRODUCTION)
    if starts:
        assert "pigeon" in build(settings)
    else:
        with pytest.raises(ValueError, match="an https address"):
            build(settings)


def test_a_broken_profile_stops_the_start_only_where_it_is_routed(
    folder: Path, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    (folder / "pigeon.toml").write_text(PIGEON.replace("{phone}", "{fone}"))
    settings = settings_with(http_profiles=str(folder))
    assert "pigeon" not in build(settings)
    assert "profile_unusable" in caplog.text + "".join(capsys.readouterr())
    with pytest.raises(ValueError, match=r"pigeon\.toml: line 21, request\.form\.to: nothing is"):
        build(settings.model_copy(update={"sms_routes": "pigeon"}))


def test_a_directory_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"HTTP_PROFILES: .* is no directory"):
        build(settings_with(http_profiles=str(tmp_path / "nowhere")))


def test_a_profile_cannot_take_the_name_of_another_gateway(folder: Path) -> None:
    for name in ("twilio", "simulator", "Pigeon"):
        (folder / f"{name}.toml").write_text(PIGEON)
        with pytest.raises(ValueError, match="another file name"):
            build(settings_with(http_profiles=str(folder), sms_routes=name))
        (folder / f"{name}.toml").unlink()


def test_prices_of_profiles_may_have_digits() -> None:
    assert set(settings_with(sms_prices="msg91=18.5, cdac=0").prices) == {"msg91", "cdac"}


def test_in_development_the_env_file_counts_too(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("PIGEON_KEY")
    monkeypatch.chdir(folder)
    (folder / ".env").write_text("PIGEON_KEY=from-the-file\nPIGEON_SENDER=hidden\n")
    settings = settings_with(http_profiles=str(folder), dakiya_env="development")
    pigeon = account("pigeon", folder / "pigeon.toml", settings)
    assert (pigeon.values["key"], pigeon.values["sender"]) == ("from-the-file", "INPOST")
    assert "pigeon" not in build(settings.model_copy(update={"dakiya_env": "test"}))


# ---- commands ------------------------------------------------------------------------------------


@pytest.fixture
def settings(settings: Settings, folder: Path) -> Settings:
    return settings.model_copy(update={"http_profiles": str(folder)})


@pytest.fixture
def flask(app: Flask) -> FlaskCliRunner:
    return app.test_cli_runner()


def test_check_shows_the_request_with_its_secrets_masked(flask: FlaskCliRunner) -> None:
    shown = flask.invoke(args=["gateways", "check", "pigeon", "--language", "hi"])
    assert shown.exit_code == 0, shown.output
    assert "POST https://pigeon.example/send" in shown.output
    assert "Authorization: Bearer ••••••" in shown.output
    assert "to = +919800000000" in shown.output
    assert "text = कोड 99999999।" in shown.output
    assert "sign = (sha512, made of sender text key)" in shown.output
    assert "PIGEON_SENDER          INPOST" in shown.output
    assert "POST        https://dakiya.test/hooks/http/pigeon/••••••/sms" in shown.output
    assert "no problem" in shown.output
    for secret in ("key-of-the-pigeon", "hook-of-the-pigeon"):
        assert secret not in shown.output


def test_check_names_each_mistake_and_ends_with_1(flask: FlaskCliRunner, folder: Path) -> None:
    (folder / "pigeon.toml").write_text(
        PIGEON.replace("{phone}", "{fone}").replace("{sender}{text}", "{sendr}{text}")
    )
    refused = flask.invoke(args=["gateways", "check", "pigeon"])
    assert refused.exit_code == 1
    assert "problem: line 21, request.form.to: nothing is called {fone}" in refused.output
    assert "problem: line 12, steps.signature: nothing is called {sendr}" in refused.output
    assert "2 problems" in refused.output


def test_check_names_each_missing_setting_and_ends_with_1(
    flask: FlaskCliRunner, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PIGEON_SENDER", "")
    monkeypatch.setenv("PIGEON_KEY", "")
    refused = flask.invoke(args=["gateways", "check", "pigeon"])
    assert refused.exit_code == 1
    assert "problem: it needs PIGEON_SENDER (who writes)" in refused.output
    assert "problem: it needs PIGEON_KEY" in refused.output
    assert "2 problems" in refused.output


def test_check_of_what_is_not_there_names_what_is(flask: FlaskCliRunner) -> None:
    refused = flask.invoke(args=["gateways", "check", "crow"])
    assert refused.exit_code == 1
    named = ", ".join((*NAMES, "pigeon"))
    assert f"no profile called crow: {named}" in refused.output


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("language", ["en", "hi"])
def test_check_shows_the_request_of_each_shipped_profile(
    flask: FlaskCliRunner, name: str, language: str
) -> None:
    shown = flask.invoke(args=["gateways", "check", name, "--language", language])
    assert shown.exit_code == 1  # no account is set here
    assert "_HOOK_SECRET (in the hook" in shown.output
    assert "POST http" in shown.output
    assert not re.search(r"\{[a-z]+[?_a-z]*\}", shown.output)  # every place is filled


def test_list_says_who_is_ready_and_what_others_lack(
    runtime: Runtime, flask: FlaskCliRunner, folder: Path
) -> None:
    (folder / "crow.toml").write_text("title = 1")
    listed = flask.invoke(args=["gateways", "list"]).output.splitlines()
    assert "simulator        routed  ready" in listed
    assert "pigeon           -       ready" in listed
    assert any(line.startswith("kannel           -       needs KANNEL_SENDER") for line in listed)
    assert any(line.startswith("crow             -       has 4 problems") for line in listed)


def test_a_note_warns_of_what_may_be_logged_on_the_way(runtime: Runtime, folder: Path) -> None:
    written = PIGEON.replace("[request.form]", "[request.query]")
    (folder / "pigeon.toml").write_text(written)
    shown = create_app(runtime).test_cli_runner().invoke(args=["gateways", "check", "pigeon"])
    assert shown.exit_code == 0
    assert "note: {phone} stands in an address" in shown.output
    assert "note: {text} stands in an address" in shown.output
