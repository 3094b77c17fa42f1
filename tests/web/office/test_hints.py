"""How the place is found, in the recipient's words: on the list, the slip and the desk's page."""

from __future__ import annotations

import pytest
from flask import Flask

from runtime import Runtime
from tests.rigs.desk import sign_in
from tests.rigs.paper import sheets
from tests.rigs.transcript import Player

POSTMAN, RECIPIENT, ARTICLE = "+919839000001", "+919876500001", "EU123456785IN"
WORDS = "house is behind the Shiv temple, blue gate, call 9839557770"


@pytest.fixture
def hinted(player: Player) -> Player:
    player.step(f"postman 1001 {POSTMAN}")
    player.step(f"article {ARTICLE} to {RECIPIENT} en")
    player.step(f"list 1001: {ARTICLE}")
    player.step(f"{RECIPIENT} > {WORDS}")
    return player


def row(runtime: Runtime, query: str) -> int:
    with runtime.database.transaction() as conn:
        found = conn.execute(query).fetchone()
    assert found is not None
    return int(found[0])


def test_the_hint_is_on_list_slip_and_article(hinted: Player, app: Flask, runtime: Runtime) -> None:
    clerk = sign_in(app, runtime, "clerk")
    listed = row(runtime, "SELECT id FROM delivery_lists")
    page = clerk.get(f"/office/lists/{listed}").text
    (sheet,) = sheets(clerk.get(f"/office/lists/{listed}/slip.pdf?lang=en").data)
    article = row(runtime, "SELECT id FROM articles")
    desk = sign_in(app, runtime, "supervisor").get(f"/desk/articles/{article}").text
    assert "behind the Shiv temple, blue gate" in " ".join(sheet.text.split())
    for shown in (page, sheet.text, desk):
        assert "Shiv temple" in shown
        assert "9839557770" not in shown


def test_a_purged_text_is_no_hint(hinted: Player, app: Flask, runtime: Runtime) -> None:
    listed = row(runtime, "SELECT id FROM delivery_lists")
    with runtime.database.transaction() as conn:
        conn.execute("UPDATE messages SET body = '' WHERE direction = 'in'")  # as a purge does
    page = sign_in(app, runtime, "clerk").get(f"/office/lists/{listed}").text
    assert "hint" not in page


def test_the_desk_sees_that_a_remark_is_suspended(
    player: Player, app: Flask, runtime: Runtime
) -> None:
    for line in (
        f"postman 1001 {POSTMAN}",
        f"article {ARTICLE} to {RECIPIENT} en",
        f"list 1001: {ARTICLE}",
        f"{POSTMAN} > 1 11",
        f"{RECIPIENT} > he is lying, nobody came",
    ):
        player.step(line)
    article = row(runtime, "SELECT id FROM articles")
    master = sign_in(app, runtime, "supervisor")
    assert "the remark is suspended" in master.get(f"/desk/articles/{article}").text
    assert row(runtime, "SELECT attempts FROM articles") == 0
    player.step(f"{RECIPIENT} > 1")
    assert "the remark is suspended" not in master.get(f"/desk/articles/{article}").text
    assert row(runtime, "SELECT attempts FROM articles") == 1


def test_the_offices_verdict_ends_a_suspension(
    player: Player, app: Flask, runtime: Runtime
) -> None:
    for line in (
        f"postman 1001 {POSTMAN}",
        f"article {ARTICLE} to {RECIPIENT} en",
        f"list 1001: {ARTICLE}",
        f"{POSTMAN} > 1 11",
        f"{RECIPIENT} > nobody came",
    ):
        player.step(line)
    master = sign_in(app, runtime, "postmaster", "pm")
    article = row(runtime, "SELECT id FROM articles")
    for act, attempts in (("confirm-remark", 1), ("contest-remark", 0)):
        master.post(f"/desk/articles/{article}/{act}", reason="checked_at_office")
        assert row(runtime, "SELECT attempts FROM articles") == attempts
        assert row(runtime, "SELECT count(*) FROM articles WHERE suspended_at IS NULL") == 1
