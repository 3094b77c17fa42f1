"""The desk lets a telephone be called in Bhojpuri: what it hears is changed, and no text."""

from __future__ import annotations

import pytest
from flask import Flask

from runtime import Runtime
from tests.rigs.desk import Colleague, sign_in
from tests.rigs.requests import told
from tests.rigs.transcript import Player

RECIPIENT, POSTMAN, ARTICLE = "+919876500001", "+919839000001", "EU123456785IN"


@pytest.fixture
def agent(player: Player, app: Flask, runtime: Runtime) -> Colleague:
    player.step(f"postman 1001 {POSTMAN}")
    player.step(f"article {ARTICLE} to {RECIPIENT} hi")
    player.step(f"list 1001: {ARTICLE}")
    return sign_in(app, runtime, "agent", "a1")


def _page(runtime: Runtime) -> str:
    with runtime.database.transaction() as conn:
        row = conn.execute(
            "SELECT id FROM conversations WHERE whose = %s AND machine = 'recipient'", [RECIPIENT]
        ).fetchone()
    assert row is not None
    return f"/desk/conversations/{row[0]}"


def _heard(player: Player) -> str:
    player.step(f"{RECIPIENT} calls menu")
    return " ".join(player.step(f"{RECIPIENT} takes up"))


def test_its_calls_are_in_bhojpuri_until_the_desk_takes_that_back(
    agent: Colleague, player: Player, runtime: Runtime
) -> None:
    page = _page(runtime)
    assert "नमस्ते" in _heard(player)
    player.ring_off()
    assert 'value="bho" >' in agent.get(page).text.replace("\n", "")
    agent.post(f"{page}/call-tongue", tongue="bho", reason="person_asked")
    assert "Its calls are changed; its texts stay as they are." in told(agent, page)
    assert 'value="bho" selected' in agent.get(page).text
    player.step("wait 5 min")
    heard = _heard(player)
    assert "प्रणाम। ई डाकघर ह।" in heard
    assert "नमस्ते" not in heard
    player.ring_off()
    # A text stays Hindi.
    said = player.step(f"{RECIPIENT} > 1")
    assert any("डाक" in line and "प्रणाम" not in line for line in said)
    agent.post(f"{page}/call-tongue", tongue="as_texts", reason="person_asked")
    player.step("wait 5 min")
    assert "नमस्ते" in _heard(player)


@pytest.mark.parametrize("tongue", ["", "hi", "bhojpuri"])
def test_another_tongue_is_none(agent: Colleague, runtime: Runtime, tongue: str) -> None:
    page = _page(runtime)
    agent.post(f"{page}/call-tongue", tongue=tongue, reason="person_asked")
    assert "Its calls are changed" not in told(agent, page)
    with runtime.database.transaction() as conn:
        row = conn.execute("SELECT count(*) FROM phones WHERE call_tongue IS NOT NULL").fetchone()
    assert row == (0,)
