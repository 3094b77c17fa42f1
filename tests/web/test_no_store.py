"""No cache keeps an answer: every route of the application is called, by everybody it is for.

docs/developing/trust.md rule 14
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import pytest
from flask import Flask
from werkzeug.routing import Rule

from postal.people.accounts import Role
from runtime import Runtime
from tests.rigs.desk import sign_in
from tests.rigs.told import nothing_in
from tests.rigs.transcript import Player
from web.callers import Caller, stated

_VALUES = {
    "number": "EU123456785IN",
    "pin": "273303",
    "phone": "+919876500001",
    "staff_id": "1001",
    "table": "entries",
    "name": "simulator",
    "secret": "africastalking-hook-secret",
}


_STAFF: Final[dict[str, Role]] = {"supervisor": "supervisor", "postmaster": "postmaster"}


def _calls(app: Flask) -> Iterator[tuple[str, str, Rule]]:
    """Yield each method and path of each route, with values that lead to something where any do."""
    adapter = app.url_map.bind("localhost")
    for rule in app.url_map.iter_rules():
        values = {name: _VALUES.get(name, "1") for name in rule.arguments}
        numbers = {name: int(value) for name, value in values.items() if value == "1"}
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            yield method, adapter.build(rule.endpoint, values | numbers, method=method), rule


@pytest.mark.parametrize("who", ["stranger", "software", "supervisor", "postmaster"])
def test_no_answer_may_be_kept_but_files_of_the_service(
    app: Flask, runtime: Runtime, player: Player, who: str
) -> None:
    player.step("postman 1001 +919839000001")
    player.step("article EU123456785IN to +919876500001 en")
    player.step("list 1001: EU123456785IN")
    headers = player.headers() if who == "software" else {}
    seen: set[int] = set()
    wrong = []
    for nth, (method, path, rule) in enumerate(_calls(app)):
        if rule.endpoint == "static":
            continue
        if who == "supervisor" or who == "postmaster":
            # A session for each: some calls end the one they come in.
            client = sign_in(app, runtime, _STAFF[who], f"s{nth}").client
        else:
            client = app.test_client()
        answer = client.open(path, method=method, headers=headers)
        seen.add(answer.status_code)
        if answer.headers.getlist("Cache-Control") != ["no-store"]:
            wrong.append(f"{method} {path}: {answer.status_code} {answer.headers}")
    nothing_in(iter(wrong))
    assert seen >= {200, 404}  # what is there, and what is not


def test_files_of_the_service_may_be_kept(app: Flask) -> None:
    answer = app.test_client().get("/static/mark.svg")
    assert answer.status_code == 200
    assert "no-store" not in answer.headers.get("Cache-Control", "")


def test_every_room_is_walked(app: Flask) -> None:
    callers = {stated(name) for name in app.blueprints}
    assert callers == set(Caller)
