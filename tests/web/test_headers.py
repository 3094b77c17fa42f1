"""The headers of every answer, and the names of every cookie."""

from __future__ import annotations

import dataclasses
import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app import create_app
from runtime import Runtime
from settings import Settings
from tests.rigs.desk import PASSWORD, add, number, sign_in, submit
from tests.rigs.told import nothing_in
from tests.rigs.transcript import Player
from tests.web.desk.test_roles import routes

_VALUE = re.compile(r"<[^>]+>")


def test_every_answer_keeps_other_sites_apart(player: Player, app: Flask, runtime: Runtime) -> None:
    """Every route, called by somebody who may nearly all of it, and the files."""
    colleague = sign_in(app, runtime, "supervisor")
    wrong = []
    paths = [(method, rule.rule) for method, rule in routes(app)]
    for method, path in [*paths, ("GET", "/static/desk/passkey.js")]:
        answer = colleague.client.open(_VALUE.sub("1", path), method=method)
        said = answer.headers
        if said.getlist("Cross-Origin-Opener-Policy") != ["same-origin"]:
            wrong.append(f"{method} {path}: {answer.status_code} without COOP")
        if said.getlist("Cross-Origin-Resource-Policy") != ["same-origin"]:
            wrong.append(f"{method} {path}: {answer.status_code} without CORP")
        if "camera=()" not in said.get("Permissions-Policy", ""):
            wrong.append(f"{method} {path}: {answer.status_code} without Permissions-Policy")
        if said.get("X-Content-Type-Options") != "nosniff":
            wrong.append(f"{method} {path}: {answer.status_code} can be sniffed")
    nothing_in(wrong)


@pytest.fixture
def by_http(runtime: Runtime) -> FlaskClient:
    settings: Settings = runtime.settings.model_copy(update={"public_url": "http://127.0.0.1:8000"})
    return create_app(dataclasses.replace(runtime, settings=settings)).test_client()


def cookies(client: FlaskClient, runtime: Runtime) -> list[str]:
    """All that a browser is told to keep on the way in."""
    row = add(runtime, "a1", "agent")
    kept = []
    answer = client.get("/desk/sign-in?lang=en")
    for path, form in (
        ("/desk/sign-in", {"staff_id": "a1", "password": PASSWORD}),
        ("/desk/enrol", {"second_factor": number(runtime, row)}),
    ):
        kept += answer.headers.getlist("Set-Cookie")
        answer = submit(client, path, **form)
    kept += answer.headers.getlist("Set-Cookie")
    return kept


def test_by_https_every_cookie_is_bound_to_this_host(
    player: Player, client: FlaskClient, runtime: Runtime
) -> None:
    kept = cookies(client, runtime)
    assert {each.partition("=")[0] for each in kept} == {
        "__Host-language",
        "__Host-session",
        "__Host-browser",
    }
    nothing_in(
        f"{each}: without {attribute}"
        for each in kept
        for attribute in ("Secure", "HttpOnly", "Path=/", "SameSite=Lax")
        if attribute not in each
    )
    nothing_in(each for each in kept if "domain" in each.lower())


def test_by_http_no_browser_is_asked_for_what_it_would_refuse(
    player: Player, by_http: FlaskClient, runtime: Runtime
) -> None:
    kept = cookies(by_http, runtime)
    assert {each.partition("=")[0] for each in kept} == {"language", "session", "browser"}
    nothing_in(each for each in kept if "Secure" in each)
    nothing_in(each for each in kept if "HttpOnly" not in each or "SameSite=Lax" not in each)
