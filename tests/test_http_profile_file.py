"""Profiles as an operator writes them: each mistake with its line; the registry; commands."""

from __future__ import annotations

import logging
import re
from pathlib import Path
from typing import Any

import pytest

from app import create_app
from gateways.http_lines import line_of
from gateways.http_profile_file import ProfileError, read
from gateways.http_shelf import account
from gateways.registry import build
from runtime import Runtime
from settings import Settings
from tests.gateway_rig import settings_with

_GOOD = """\
title = "Pigeon post"
rate = 5

[settings]
url = { variable = "PIGEON_URL", default = "https://pigeon.example" }
sender = { variable = "PIGEON_SENDER", meaning = "who writes" }

[secrets]
key = { variable = "PIGEON_KEY" }
hook = { variable = "PIGEON_HOOK_SECRET" }

[steps.signature]
do = "sha512"
of = "{sender}{text}{key}"

[request]
url = "{url}/send"
[request.bearer]
token = "{key}"
[request.form]
to = "{phone}"
text = "{text}"
sign = "{signature}"

[answer]
word = "json:status"
accepted = "ok"
id = "json:id"

[inbound]
id = "form:id"
from = "form:from"
text = "form:text"

[receipt]
id = "form:id"
status = "form:status"
statuses = { delivered = ["done"], failed = ["lost"] }
"""
_VALUES = {
    "PIGEON_SENDER": "INPOST",
    "PIGEON_KEY": "key-of-the-pigeon",
    "PIGEON_HOOK_SECRET": "hook-of-the-pigeon",
}
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
    (tmp_path / "pigeon.toml").write_text(_GOOD)
    for name, value in _VALUES.items():
        monkeypatch.setenv(name, value)
    return tmp_path


def _problems(folder: Path, *changes: tuple[str, str]) -> list[str]:
    written = _GOOD
    for old, new in changes:
        assert old in written
        written = written.replace(old, new)
    (folder / "pigeon.toml").write_text(written)
    with pytest.raises(ProfileError) as refused:
        read(folder / "pigeon.toml")
    return [str(each) for each in refused.value.problems]


# ---- mistakes ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("rate = 5", "rate = 0", "line 2, rate: Input should be greater than 0"),
        ("rate = 5", "speed = 5", "line 2, speed: is no key of a profile"),
        ("rate = 5", "speed = 5", "rate: is missing"),
        ('accepted = "ok"', "accepted = []", "line 27, answer.accepted: needs at least one"),
        ('title = "', "title = ", "is no TOML"),
        ('url = "{url}/send"', 'uri = "{url}/send"', "line 17, request.uri: is no key of a"),
        ('to = "{phone}"', "to = 5", "line 21, request.form.to: "),
        ('to = "{phone}"', 'to = "{fone}"', "line 21, request.form.to: nothing is called {fone}"),
        ('to = "{phone}"', 'to = "{phone"', "line 21, request.form.to: '{phone' has a brace"),
        ("{url}/send", "{url}/{text}", "line 17, request.url: {text} has no place in an address"),
        ('do = "sha512"', 'do = "sha3"', "line 13, steps.signature.do: Input should be 'sha512'"),
        ('do = "sha512"', 'do = "hmac-sha256"', "line 12, steps.signature: hmac-sha256 needs a"),
        ('do = "sha512"', 'do = "choose"', "line 12, steps.signature: values belong to choose"),
        ("{text}{key}", "{text}{signature}", "steps.signature: needs itself"),
        ("{text}{key}", "{body}", "needs itself"),
        ("[request.bearer]", "[request.json]", "line 16, request: only one of form, json and"),
        ('"json:status"', '"xpath:status"', "answer.word.0: 'xpath:status' is no place to read"),
        ('"json:status"', '"regex:("', "is no regular expression"),
        ('accepted = "ok"', 'accepted = "*"', "answer.accepted: cannot be every word"),
        (
            'accepted = "ok"',
            'accepted = "ok"\nrefused = { text = ["OK"] }',
            "line 25, answer: ok has two meanings",
        ),
        ('id = "json:id"\n', "", "answer.id: is missing, and {submit_id} is not in the request"),
        ('from = "form:from"\n', "", "line 30, inbound.from: is missing"),
        ('id = "form:id"\nfrom', "from", "inbound: id or id_of must say how a text is told"),
        ('text = "form:text"', 'text = "form:text"\nat_zone = "Mars"', "no zone called Mars"),
        ('text = "form:text"', 'text = "form:text"\nat_format = "soon"', "at_format is iso, epoch"),
        ('text = "form:text"', 'text = "form:text"\nprefix = "{key}"', "{key} is no setting"),
        ('failed = ["lost"]', 'failed = ["done"]', "receipt.statuses: done has two meanings"),
        ('failed = ["lost"]', 'eaten = ["lost"]', "receipt.statuses.eaten"),
        ('hook = { variable = "PIGEON_HOOK_SECRET" }', "", "secrets: hook is missing"),
        ('"PIGEON_KEY"', '"pigeon-key"', "line 9, secrets.key.variable: is not written as such"),
        ("key = {", "text = {", "text: is the name of a field of the message"),
    ],
)
def test_a_mistake_is_named_with_its_line_and_key(
    folder: Path, old: str, new: str, says: str
) -> None:
    problems = _problems(folder, (old, new))
    assert any(says in each for each in problems), problems


def test_all_mistakes_are_named_at_once(folder: Path) -> None:
    problems = _problems(
        folder,
        ("rate = 5", "rate = 0"),
        ('to = "{phone}"', 'to = "{phone"'),
        ('"json:status"', '"json:a..b"'),
        ('"form:status"', '"form:"'),
    )
    assert len(problems) == 4


def test_a_file_that_is_no_text_is_refused(folder: Path) -> None:
    (folder / "pigeon.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(ProfileError, match="utf-8"):
        read(folder / "pigeon.toml")


@pytest.mark.parametrize(
    ("key", "line"),
    [
        (("title",), 1),
        (("settings", "sender", "meaning"), 6),
        (("request", "form", "sign"), 23),
        (("request", "form", "nothing"), 20),
        (("receipt", "statuses", "failed"), 38),
        (("nowhere",), None),
    ],
)
def test_the_line_of_a_key_is_found(key: tuple[str, ...], line: int | None) -> None:
    assert line_of(_GOOD, key) == line


# ---- registry ------------------------------------------------------------------------------------


def test_an_own_profile_is_a_gateway(folder: Path) -> None:
    gateways = build(settings_with(http_profiles=str(folder), sms_routes="pigeon"))
    assert gateways["pigeon"].name == "pigeon"
    assert gateways["pigeon"].rate == 5
    assert "kannel" not in gateways  # shipped, and without an account here


def test_an_own_profile_hides_the_shipped_one_of_its_name(folder: Path) -> None:
    (folder / "kannel.toml").write_text(_GOOD)
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
    (folder / "pigeon.toml").write_text(_GOOD.replace("{phone}", "{fone}"))
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
        (folder / f"{name}.toml").write_text(_GOOD)
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
def flask(app: Any) -> Any:
    return app.test_cli_runner()


def test_check_shows_the_request_with_its_secrets_masked(flask: Any) -> None:
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


def test_check_names_each_mistake_and_ends_with_1(flask: Any, folder: Path) -> None:
    (folder / "pigeon.toml").write_text(
        _GOOD.replace("{phone}", "{fone}").replace("{sender}{text}", "{sendr}{text}")
    )
    refused = flask.invoke(args=["gateways", "check", "pigeon"])
    assert refused.exit_code == 1
    assert "problem: line 21, request.form.to: nothing is called {fone}" in refused.output
    assert "problem: line 12, steps.signature: nothing is called {sendr}" in refused.output
    assert "2 problems" in refused.output


def test_check_names_each_missing_setting_and_ends_with_1(
    flask: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PIGEON_SENDER", "")
    monkeypatch.setenv("PIGEON_KEY", "")
    refused = flask.invoke(args=["gateways", "check", "pigeon"])
    assert refused.exit_code == 1
    assert "problem: it needs PIGEON_SENDER (who writes)" in refused.output
    assert "problem: it needs PIGEON_KEY" in refused.output
    assert "2 problems" in refused.output


def test_check_of_what_is_not_there_names_what_is(flask: Any) -> None:
    refused = flask.invoke(args=["gateways", "check", "crow"])
    assert refused.exit_code == 1
    assert "no profile called crow: cdac, exotel, gupshup, kannel, msg91, pigeon" in refused.output


@pytest.mark.parametrize("name", ["cdac", "exotel", "gupshup", "kannel", "msg91"])
@pytest.mark.parametrize("language", ["en", "hi"])
def test_check_shows_the_request_of_each_shipped_profile(
    flask: Any, name: str, language: str
) -> None:
    shown = flask.invoke(args=["gateways", "check", name, "--language", language])
    assert shown.exit_code == 1  # no account is set here
    assert "_HOOK_SECRET (in the hook" in shown.output
    assert "POST http" in shown.output
    assert not re.search(r"\{[a-z]+[?_a-z]*\}", shown.output)  # every place is filled


def test_list_says_who_is_ready_and_what_others_lack(
    runtime: Runtime, flask: Any, folder: Path
) -> None:
    (folder / "crow.toml").write_text("title = 1")
    listed = flask.invoke(args=["gateways", "list"]).output.splitlines()
    assert "simulator        routed  ready" in listed
    assert "pigeon           -       ready" in listed
    assert any(line.startswith("kannel           -       needs KANNEL_SENDER") for line in listed)
    assert any(line.startswith("crow             -       has 4 problems") for line in listed)


def test_a_note_warns_of_what_may_be_logged_on_the_way(runtime: Runtime, folder: Path) -> None:
    written = _GOOD.replace("[request.form]", "[request.query]")
    (folder / "pigeon.toml").write_text(written)
    shown = create_app(runtime).test_cli_runner().invoke(args=["gateways", "check", "pigeon"])
    assert shown.exit_code == 0
    assert "note: {phone} stands in an address" in shown.output
    assert "note: {text} stands in an address" in shown.output
