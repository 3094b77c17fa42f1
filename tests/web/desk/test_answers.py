"""The answer first: what the page says of an article is what the books and the decisions say."""

from __future__ import annotations

import re
from html import unescape

import pytest
from flask import Flask

from runtime import Runtime
from tests.rigs.desk import Colleague, sign_in, speak
from tests.rigs.transcript import Player
from web.language import NAMES

RECIPIENT, SENDER, POSTMAN = "+919876500001", "+919811100001", "+919839000001"
ARTICLE = "EU123456785IN"


@pytest.fixture
def agent(player: Player, app: Flask, runtime: Runtime) -> Colleague:
    player.step(f"postman 1001 {POSTMAN}")
    player.step(f"article {ARTICLE} to {RECIPIENT} en from {SENDER}")
    return sign_in(app, runtime, "agent")


def answers(agent: Colleague, path: str = "/desk/articles/1") -> dict[str, str]:
    """The answers by their questions, without tags."""
    box = re.search(r'<section class="answer card".*?</section>', agent.get(path).text, re.DOTALL)
    assert box, path
    found = re.findall(r"<dt>(.*?)</dt>\s*<dd[^>]*>(.*?)</dd>", box[0], re.DOTALL)
    plain = {dt: unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", dd))) for dt, dd in found}
    return {question: said.strip() for question, said in plain.items()}


def test_each_question_is_answered_all_along_the_way(agent: Colleague, player: Player) -> None:
    now = answers(agent)
    assert now["Where is it?"] == "It is booked and on its way to Gorakhpur."
    assert now["Why no code?"] == (
        "There was no code yet. No code is sent now: the article is booked and has not gone out for"
        " delivery."
    )
    assert now["Why was it not handed over?"] == "Nobody has been at the door yet."
    assert "addressee +91••••••0001, 10:00" in now["Who was told what?"]

    player.step(f"{RECIPIENT} > 1")
    now = answers(agent)
    assert (
        "It was asked for at 10:00 and none was sent: the article is booked" in now["Why no code?"]
    )
    assert "state: booked" in now["Why no code?"]  # a fact that counted then

    player.step(f"list 1001: {ARTICLE}")
    assert answers(agent)["Where is it?"] == "It has been out with Ram since 10:00."
    player.step(f"{POSTMAN} > 1")
    now = answers(agent)
    assert now["Why no code?"].endswith(
        "The code was sent at 10:00 and arrived at 10:00. It is good until 10:10."
    )
    player.step(f"{RECIPIENT} > 3")
    player.step(f"{POSTMAN} > 1 11")
    player.step(f"{RECIPIENT} > 2")
    now = answers(agent)
    assert "is still with the postman" in now["Where is it?"]
    assert "It has been worth nothing since 10:00: fraud was reported." in now["Why no code?"]
    assert now["Why was it not handed over?"] == (
        "Ram noted at 10:00: door locked. The addressee says that nobody came: it does not count."
    )
    assert "postman" in now["Who was told what?"]


def test_a_telephone_begins_with_the_answer_about_what_it_receives(
    agent: Colleague, player: Player
) -> None:
    player.step(f"list 1001: {ARTICLE}")
    link = re.search(
        r'href="(/desk/conversations/\d+)"', agent.post("/desk/find", query=RECIPIENT).text
    )
    assert link
    assert "out with Ram" in answers(agent, link[1])["Where is it?"]
    for language in NAMES:
        speak(agent.client, language)
        assert all(answers(agent, link[1]).values())
