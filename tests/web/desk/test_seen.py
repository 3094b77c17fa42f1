"""An action from a page that is not up to date any more is not done, and says so."""

from __future__ import annotations

import re

import pytest
from flask import Flask

from runtime import Runtime
from tests.rigs.desk import Colleague, sign_in
from tests.rigs.requests import asked, told
from tests.rigs.transcript import Player

RECIPIENT, NOMINEE, POSTMAN = "+919876500001", "+919876500002", "+919839000001"
ARTICLE = "EU123456785IN"
CHANGED = "The article changed since this page was shown: it is now "


@pytest.fixture
def supervisor(player: Player, app: Flask, runtime: Runtime) -> Colleague:
    player.step(f"postman 1001 {POSTMAN}")
    player.step(f"article {ARTICLE} to {RECIPIENT} en")
    return sign_in(app, runtime, "supervisor", "s1")


def page_of(colleague: Colleague, query: str, kind: str) -> str:
    found = re.search(rf'href="(/desk/{kind}/\d+)"', colleague.post("/desk/find", query=query).text)
    assert found
    return found[1]


def mark(colleague: Colleague, page: str) -> str:
    """What the page's forms say that it showed: all the same."""
    (shown,) = set(re.findall(r'name="shown" value="([^"]+)"', colleague.get(page).text))
    return str(shown)


def act(colleague: Colleague, page: str, action: str, shown: str, **form: str) -> str:
    answer = colleague.post(f"{page}/{action}", reason="other", shown=shown, **form)
    assert answer.headers["Location"].endswith("#result")
    return told(colleague, page)


def test_what_matters_of_an_article_is_seen_before_it_is_acted_on(
    supervisor: Colleague, player: Player
) -> None:
    page = page_of(supervisor, ARTICLE, "articles")
    before = mark(supervisor, page)
    assert RECIPIENT not in before
    player.step(f"list 1001: {ARTICLE}")
    player.drain()
    assert act(supervisor, page, "send-code", before).startswith(f"{CHANGED}out for delivery")
    phone = act(supervisor, page, "move-destination", before, phone="9876500002")
    assert phone.startswith(CHANGED)  # and nobody is asked for a second person's word
    assert player.drain() == []
    # What is said without changing anything does not matter; the page's own mark does it.
    now = mark(supervisor, page)
    player.step(f"{RECIPIENT} > kahan hai mera parcel")
    player.step(f"{POSTMAN} > 1")
    assert mark(supervisor, page) == now
    player.drain()
    assert act(supervisor, page, "send-code", now).startswith("A code goes out.")
    # A remark came and went: to judge it is to have seen it.
    player.step(f"{POSTMAN} > 1 11")
    told_ = act(supervisor, page, "stop-code", now)
    assert told_.startswith(f"{CHANGED}visited, not handed over")
    seen = mark(supervisor, page)
    player.step(f"{RECIPIENT} > 2")
    assert act(supervisor, page, "warn-herd", seen).startswith(CHANGED)


def test_who_gets_the_code_matters(supervisor: Colleague, player: Player) -> None:
    page = page_of(supervisor, ARTICLE, "articles")
    before = mark(supervisor, page)
    player.step(f"{RECIPIENT} > 5 9876500002")
    player.step(f"{NOMINEE} > 1")
    player.step("wait 11 min")
    player.step(f"list 1001: {ARTICLE}")
    assert "somebody else gets it" in act(supervisor, page, "send-code", before)
    assert not [line for line in player.drain() if "code" in line and line.startswith(NOMINEE)]
    assert mark(supervisor, page) != before


def test_a_telephone_that_is_another_postmans_now(
    supervisor: Colleague, player: Player, runtime: Runtime
) -> None:
    player.step(f"{POSTMAN} > 1")
    page = page_of(supervisor, "1001", "conversations")
    before = mark(supervisor, page)
    with runtime.database.transaction() as conn:
        conn.execute("UPDATE staff SET staff_id = '1009' WHERE staff_id = '1001'")
    said = act(supervisor, page, "block-phone", before)
    assert said.startswith("The telephone changed since this page was shown")
    with runtime.database.transaction() as conn:
        blocked = conn.execute("SELECT FROM staff WHERE blocked_at IS NOT NULL").fetchall()
    assert blocked == []
    named = supervisor.post(
        f"{page}/name-phone",
        reason="other",
        shown=mark(supervisor, page),
        phone="9876500007",
    )
    assert asked(named)
