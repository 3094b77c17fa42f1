"""A full run, and then everything that can be looked at is searched for codes and PINs."""

from __future__ import annotations

import logging
import re
from html import unescape

import pytest
from flask import Flask
from flask.testing import FlaskClient

from runtime import Runtime
from tests.rigs import sprints as stored_sprints
from tests.rigs import words
from tests.rigs.clock import Clock
from tests.rigs.desk import Colleague, sign_in
from tests.rigs.paper import sheets
from tests.rigs.transcript import Player

RECIPIENT, OTHER, SENDER, POSTMAN = (
    "+919876500001", "+919876500002", "+919811100001", "+919839000001",
)  # fmt: skip
FIRST, SECOND = "EU123456785IN", "RR287043775IN"
PIN, NEW_PIN = "2468", "975310"
_LINK = re.compile(r'(?:href|hx-get)="(/desk[^"#]*)"')


@pytest.fixture
def lived(player: Player, clock: Clock) -> Player:
    """Codes issued, wrong, used, refused with, texted to us; a PIN dialled."""
    player.step(f"postman 1001 {POSTMAN}")
    player.step(f"article {FIRST} to {RECIPIENT} en from {SENDER} cod 500")
    player.step(f"article {SECOND} to {OTHER} hi from {SENDER}")
    player.step(f"list 1001: {FIRST} {SECOND}")
    player.step(f"{POSTMAN} dials")
    player.step(f"{POSTMAN} * 1")
    player.step(f"{POSTMAN} * {PIN}")
    player.step(f"{POSTMAN} > 1 2")
    first, second = player.codes[RECIPIENT][-1], player.codes[OTHER][-1]
    player.step(f"{RECIPIENT} > {first}")
    player.step(f"{OTHER} > mera code {second[:3]} {second[3:]} hai")
    player.step(f"{POSTMAN} > 1 999999 1")
    player.step(f"{POSTMAN} > 1 {first} 1")
    player.step(f"{POSTMAN} > 2 17")
    player.step(f"{POSTMAN} > 2 {player.codes[OTHER][-1]}")
    player.step(f"{RECIPIENT} > 9")
    return player


def everything(colleague: Colleague, player: Player) -> str:
    """Every page of the desk that a role can come to by following links, and what it finds."""
    queries = (RECIPIENT, OTHER, SENDER, POSTMAN, FIRST, SECOND, "1001", "273303")
    pages = [str(colleague.post("/desk/find", query=query).text) for query in queries]
    seen: set[str] = set()
    waiting = ["/desk", *(link for page in pages for link in _LINK.findall(page))]
    while waiting:
        path = unescape(waiting.pop())
        if path in seen or "lang=" in path:
            continue
        seen.add(path)
        answer = colleague.get(path)
        assert answer.status_code in (200, 302, 403, 422), path
        if answer.mimetype == "application/pdf":
            pages += [sheet.text for sheet in sheets(answer.data)]
            continue
        pages.append(answer.text)
        waiting += _LINK.findall(answer.text)
    assert len(seen) > 10
    return "\n".join(pages)


def secrets(player: Player) -> set[str]:
    return {PIN, NEW_PIN} | {code for codes in player.codes.values() for code in codes}


def searched(text: str, player: Player) -> list[str]:
    """The secrets that stand in `text` as numbers of their own."""
    return [each for each in secrets(player) if re.search(rf"(?<![\d.]){each}(?!\d)", text)]


def test_no_page_export_answer_or_log_line_holds_one(
    lived: Player, app: Flask, runtime: Runtime, client: FlaskClient,
    caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    caplog.set_level(logging.DEBUG)
    master = sign_in(app, runtime, "postmaster")
    found = master.post("/desk/find", query="1001").text
    page = re.search(r"/desk/conversations/\d+", found)
    assert page
    form = {"pin": NEW_PIN, "again": NEW_PIN, "reason": "person_asked"}
    assert master.post(f"{page[0]}/reset-pin", **form).status_code == 302
    lived.drain()
    assert searched(everything(master, lived), lived) == []

    administrator = sign_in(app, runtime, "administrator")
    assert searched(administrator.get("/desk/access-log").text, lived) == []
    assert searched(master.get("/desk/figures.csv").text, lived) == []

    runner = app.test_cli_runner()
    for phone in (RECIPIENT, OTHER, POSTMAN):
        assert searched(runner.invoke(args=["export-person", phone]).output, lived) == []
    assert searched(runner.invoke(args=["replay"]).output, lived) == []

    headers = {"Authorization": f"Bearer {lived.token}"}
    for path in (f"/articles/{FIRST}", f"/articles/{SECOND}", "/events?after=0&limit=500"):
        answer = client.get(f"/api/v1{path}", headers=headers)
        assert answer.status_code == 200
        assert searched(answer.text, lived) == []

    with runtime.database.transaction() as conn:
        rows = conn.execute(
            "SELECT concat(typed, body) FROM ussd_hops UNION ALL"
            " SELECT place::text FROM ussd_sessions UNION ALL SELECT reason FROM access_log"
        ).fetchall()
        held = stored_sprints.contents(conn)
        held += [f"{each.body} {each.variables}" for each in words.contents(conn)]
    assert searched("\n".join([*(str(row[0]) for row in rows), *held]), lived) == []
    captured = capsys.readouterr()
    assert searched(caplog.text + captured.out + captured.err, lived) == []
