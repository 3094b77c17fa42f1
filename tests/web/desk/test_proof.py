"""How it was proven who did what, as the desk shows it: in words, in both languages."""

from __future__ import annotations

import re
from typing import get_args

import pytest
from flask import Flask

from flows.facts import Mover, Proof
from runtime import Runtime
from tests.rigs.desk import Colleague, sign_in
from tests.rigs.transcript import Player
from web.language import NAMES, words

RECIPIENT, POSTMAN, OTHER = "+919876500001", "+919839000001", "+919876500002"


@pytest.fixture
def agent(player: Player, app: Flask, runtime: Runtime) -> Colleague:
    player.step(f"postman 1001 {POSTMAN}")
    player.step(f"article EU123456785IN to {RECIPIENT} en")
    player.step("list 1001: EU123456785IN")
    return sign_in(app, runtime, "agent")


def linked(agent: Colleague, query: str, place: str) -> str:
    found = agent.post("/desk/find", query=query)
    page = re.search(rf"/desk/{place}/\d+", found.text)
    if page is None:
        assert found.headers.get("Location"), found.text
        return str(agent.get(found.headers["Location"]).text)
    return str(agent.get(page[0]).text)


@pytest.mark.parametrize("language", NAMES)
def test_every_proof_and_every_move_has_its_words(language: str) -> None:
    wanted = {f"proof_{proof}" for proof in (*get_args(Proof), "none")}
    wanted |= {f"move_by_{by}" for by in (*get_args(Mover), "denial")}
    wanted |= {f"move_outcome_{end}" for end in ("asked", "done", "denied", "lapsed")}
    assert wanted <= words(language).keys()


def test_an_entry_and_its_sprint_say_the_proof(agent: Colleague, player: Player) -> None:
    player.step(f"{RECIPIENT} > 3")
    page = linked(agent, RECIPIENT, "conversations")
    assert "proof: the sender of the text or dial" in page
    sprint = re.findall(r"/desk/sprints/\d+", page)[-1]
    assert "the sender of the text or dial" in agent.get(sprint).text


def test_the_page_of_an_article_says_its_moves_and_names_no_telephone(
    agent: Colleague, player: Player
) -> None:
    player.step(f"{RECIPIENT} > 5 {OTHER.removeprefix('+91')}")
    player.step(f"{OTHER} > 1")
    page = linked(agent, "EU123456785IN", "articles")
    assert "To which telephone the code goes" in page
    assert "the holder, who named somebody" in page
    assert OTHER not in page
    assert RECIPIENT not in page
