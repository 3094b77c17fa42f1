"""The simulated carrier is for this machine alone: asked for at every door, from everywhere.

docs/developing/trust.md rule 14
"""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app import create_app
from gateways.build import build
from runtime import Runtime
from settings import Settings
from tests.rigs.served import served
from tests.rigs.transcript import Player
from web.loopback import is_loopback

TEXT = {"from": "+919876500001", "text": "0"}
PUBLIC = "yes-anybody-may-text-as-anybody"


def doors(client: FlaskClient, player: Player, **request: Any) -> dict[str, int]:
    """What each door of the simulator answers."""
    hooks = {
        "/hooks/simulator/sms": TEXT,
        "/hooks/simulator/ussd": {"session": "s1", "from": "+919876500001", "text": ""},
        "/hooks/simulator/voice": {"from": "+919876500001", "to": "+911140001003"},
    }
    found = {
        path: client.post(path, json=body, **request).status_code for path, body in hooks.items()
    }
    both = {"recipient": "+919876500001", "postman": "+919839000001"}
    found["/phones"] = client.get("/phones", **request).status_code
    found["/phones/news"] = client.post("/phones/news", data=both, **request).status_code
    headers = player.headers() | request.pop("headers", {})
    inbox = "/api/v1/simulator/phones/+919876500001/messages"
    found[inbox] = client.get(inbox, headers=headers, **request).status_code
    return found


def told(client: FlaskClient, **request: Any) -> bool:
    """Whether the start page and the API's document tell of the simulator."""
    page = "/phones" in client.get("/", **request).text
    assert page == ("/simulator/" in client.get("/api/v1/openapi.json", **request).text)
    return page


HERE = {"SERVER_NAME": "127.0.0.1", "REMOTE_ADDR": "127.0.0.1"}
ELSEWHERE: tuple[dict[str, Any], ...] = (
    {"environ_overrides": {**HERE, "REMOTE_ADDR": "192.0.2.7"}},
    {"environ_overrides": {**HERE, "REMOTE_ADDR": "::ffff:192.0.2.7"}},
    {"environ_overrides": {**HERE, "REMOTE_ADDR": ""}},
    {"environ_overrides": {**HERE, "SERVER_NAME": "0.0.0.0"}},  # noqa: S104
    {"environ_overrides": {**HERE, "SERVER_NAME": "::"}},
    {"environ_overrides": {**HERE, "SERVER_NAME": "dakiya.example"}},
    {"environ_overrides": HERE, "headers": {"X-Forwarded-For": "127.0.0.1"}},
    {"environ_overrides": HERE, "headers": {"Forwarded": "for=127.0.0.1"}},
    {"environ_overrides": HERE, "headers": {"X-Real-IP": "127.0.0.1"}},
)


@pytest.mark.parametrize("request_", ELSEWHERE)
def test_whoever_is_not_on_this_machine_finds_nothing(
    client: FlaskClient, player: Player, request_: dict[str, Any]
) -> None:
    assert set(doors(client, player, **request_).values()) == {404}
    assert not told(client, **request_)


@pytest.mark.parametrize("name", ["127.0.0.1", "localhost", "::1"])
def test_on_this_machine_all_of_it_is_there(client: FlaskClient, player: Player, name: str) -> None:
    here = {"environ_overrides": {**HERE, "SERVER_NAME": name}}
    assert set(doors(client, player, **here).values()) <= {200, 204}
    assert told(client, **here)


def test_the_refusal_says_what_to_do(client: FlaskClient) -> None:
    refused = client.post("/hooks/simulator/sms", json=TEXT, **ELSEWHERE[0])
    assert "HOST=127.0.0.1" in refused.text


def _app(runtime: Runtime, settings: Settings, **changes: str) -> Flask:
    changed = settings.model_copy(update=changes)
    gateways = build(changed)
    return create_app(dataclasses.replace(runtime, settings=changed, gateways=gateways))


@pytest.mark.parametrize("routes", ["twilio", "africastalking,twilio"])
def test_where_it_is_not_configured_it_is_not_there_either(
    runtime: Runtime, settings: Settings, player: Player, routes: str
) -> None:
    client = _app(runtime, settings, sms_routes=routes).test_client()
    assert set(doors(client, player).values()) == {404}
    assert not told(client)


def test_a_setting_opens_it_to_all_and_says_so_loudly(
    runtime: Runtime, settings: Settings, player: Player, capfd: pytest.CaptureFixture[str]
) -> None:
    opened = settings.giving(SIMULATOR_PUBLIC=PUBLIC)
    client = _app(runtime, opened).test_client()
    for request in ELSEWHERE:
        assert set(doors(client, player, **request).values()) <= {200, 204}
    page = client.get("/?lang=en")
    assert "Anybody who can open this page may text as anybody" in page.text
    assert "simulator_open_to_anybody" in "".join(capfd.readouterr())


def test_in_production_no_setting_opens_it(
    runtime: Runtime, settings: Settings, player: Player
) -> None:
    opened = settings.giving(SIMULATOR_PUBLIC=PUBLIC)
    production = opened.model_copy(update={"dakiya_env": "production"})
    with pytest.raises(ValueError, match="needs DAKIYA_ENV=development"):
        build(production)
    # Were the gateway there all the same, as in this runtime, it would find no door.
    client = create_app(dataclasses.replace(runtime, settings=production)).test_client()
    assert set(doors(client, player).values()) == {404}
    assert "Anybody who can open this page" not in client.get("/?lang=en").text


def test_another_word_does_not_open_it(runtime: Runtime, settings: Settings) -> None:
    with pytest.raises(ValueError, match="SIMULATOR_PUBLIC"):
        _app(runtime, settings.giving(SIMULATOR_PUBLIC="yes"))


@pytest.mark.parametrize(
    ("address", "loopback"),
    [
        ("127.0.0.1", True),
        ("127.9.9.9", True),
        ("::1", True),
        ("::ffff:127.0.0.1", True),
        ("localhost", True),
        ("0.0.0.0", False),  # noqa: S104
        ("::", False),
        ("10.0.0.1", False),
        ("::ffff:10.0.0.1", False),
        ("localhost.example", False),
        ("", False),
    ],
)
def test_what_is_this_machine(address: str, loopback: bool) -> None:
    assert is_loopback(address) == loopback


# ---- the Procfile's own server -------------------------------------------------------------------


@pytest.mark.parametrize(("host", "status"), [("127.0.0.1", 200), ("0.0.0.0", 404)])  # noqa: S104
def test_the_server_says_truly_where_it_listens(
    runtime: Runtime, settings: Settings, host: str, status: int
) -> None:
    with served(settings, host) as web:
        assert web.status("/phones") == status
