"""Tickets: where they come from, who works on them, what the person is told."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

import jobs
from runtime import Runtime
from tests.rigs.clock import Clock
from tests.rigs.desk import Colleague, sign_in
from tests.rigs.transcript import Player

RECIPIENT, SENDER, POSTMAN = "+919876500001", "+919811100001", "+919839000001"
ARTICLE = "EU123456785IN"


@pytest.fixture
def agent(player: Player, app: Flask, runtime: Runtime) -> Colleague:
    player.step(f"postman 1001 {POSTMAN}")
    player.step(f"article {ARTICLE} to {RECIPIENT} en from {SENDER}")
    player.step(f"list 1001: {ARTICLE}")
    return sign_in(app, runtime, "agent", "a1")


def kinds(agent: Colleague, **chosen: str) -> list[str]:
    query = "&".join(f"{name}={value}" for name, value in chosen.items())
    page = agent.get(f"/desk/tickets?{query}").text
    return re.findall(r'class="ticket-link" href="/desk/tickets/(\d+)"', page)


def told(player: Player, phone: str) -> list[str]:
    return [line for line in player.drain() if line.startswith(phone)]


def test_they_come_from_everything_that_needs_a_person(
    agent: Colleague, player: Player, client: FlaskClient
) -> None:
    player.step(f"{RECIPIENT} > 9")
    player.step(f"{RECIPIENT} > 3")
    player.step(f"{RECIPIENT} > kab aayega bhai sahab")
    player.step(f"{POSTMAN} > kya karun")
    player.step(f"{POSTMAN} > 1 11")
    player.step(f"{RECIPIENT} > 2")
    client.post("/hooks/simulator/sms", data="rubbish", content_type="application/json")
    page = agent.get("/desk/tickets").text
    words = re.findall(r"<td>\s*([^<·]+?)\s*(?:·|<b|</td>)", page)
    assert {"wants a person", "fraud", "contested remark", "not understood"} <= set(words)
    order = re.findall(r'class="priority-(\d)"', page)
    assert order == sorted(order)
    assert order[0] == "1"


def test_the_first_words_are_those_that_opened_it(
    agent: Colleague, player: Player, clock: Clock
) -> None:
    """A text about another article tells nothing, nor does one of a quarter of an hour before."""
    player.step(f"{RECIPIENT} > kal bhi koi nahi aaya tha")
    clock.advance(minutes=15)
    player.step(f"{RECIPIENT} > {ARTICLE} 1")
    clock.advance(seconds=30)
    player.step(f"{RECIPIENT} > 3")
    rows = agent.get("/desk/tickets?kind=fraud").text
    assert re.findall(r"<q>(.*?)</q>", rows) == ["3"]
    player.step(f"{RECIPIENT} > 9")
    rows = agent.get("/desk/tickets?kind=person").text
    assert re.findall(r"<q>(.*?)</q>", rows) == ["kal bhi koi nahi aaya tha"]


def test_words_before_it_are_not_those_that_opened_it(
    agent: Colleague, player: Player, clock: Clock
) -> None:
    """He thanked, then was asked for his code: thanks are no first words of a fraud."""
    player.step(f"{RECIPIENT} > thank you bhai")
    clock.advance(seconds=30)
    player.step(f"{RECIPIENT} > 3")
    rows = agent.get("/desk/tickets?kind=fraud").text
    assert re.findall(r"<q>(.*?)</q>", rows) == ["3", "thank you bhai"]
    assert "Before that: <q>thank you bhai" in rows
    (number,) = kinds(agent, kind="fraud")
    page = agent.get(f"/desk/tickets/{number}").text
    assert re.findall(r"<q>(.*?)</q>", page) == ["3", "thank you bhai"]


def test_pieces_that_were_not_there_are_looked_for_until_he_takes_it_back(
    agent: Colleague, player: Player, runtime: Runtime
) -> None:
    with runtime.database.transaction() as conn:
        conn.execute("UPDATE articles SET pieces = 3")
    player.step(f"{POSTMAN} > 1")
    player.step(f"{POSTMAN} > 1 {{code {RECIPIENT}}} # 2")
    page = agent.get("/desk/tickets").text
    assert "to be looked for" in page
    assert "pieces missing: 2" in page
    (number,) = kinds(agent, kind="overlooked")
    assert "pieces missing: 2" in agent.get(f"/desk/tickets/{number}").text
    player.step(f"{POSTMAN} > 0")
    assert kinds(agent, kind="overlooked") == []


def test_taking_noting_settling_and_the_person_is_told(agent: Colleague, player: Player) -> None:
    player.step(f"{RECIPIENT} > 9")
    (number,) = kinds(agent)
    assert agent.post(f"/desk/tickets/{number}/take").status_code == 302
    assert kinds(agent, whose="mine") == [number]
    assert agent.post(f"/desk/tickets/{number}/note", said="called 9876512345").status_code == 302
    assert agent.post(f"/desk/tickets/{number}/note", said="  ").status_code == 422
    assert agent.post(f"/desk/tickets/{number}/close", outcome="").status_code == 422
    assert agent.post(f"/desk/tickets/{number}/close", outcome="explained").status_code == 302
    assert told(player, RECIPIENT) == [
        f"{RECIPIENT} < Number {number}: your question is answered. More to ask? Send 9."
        " Tell the code only to the postman at your door: no call, no link."
    ]
    page = agent.get(f"/desk/tickets/{number}").text
    assert "explained by telephone" in page
    assert "9876512345" not in page
    assert kinds(agent) == []
    assert kinds(agent, state="closed") == [number]


def test_nothing_to_do_is_told_to_nobody(agent: Colleague, player: Player) -> None:
    player.step(f"{RECIPIENT} > asdf ghjk")
    (number,) = kinds(agent)
    agent.post(f"/desk/tickets/{number}/close", outcome="nothing_to_do")
    assert told(player, RECIPIENT) == []


def test_a_postman_is_told_as_staff(agent: Colleague, player: Player) -> None:
    player.step(f"{POSTMAN} > kya karun")
    (number,) = kinds(agent)
    agent.post(f"/desk/tickets/{number}/close", outcome="explained")
    (text,) = told(player, POSTMAN)
    assert "Ask for the code only at the door" in text or "कोड सिर्फ दरवाज़े पर पूछें" in text


def test_what_a_colleague_works_on_is_his(
    agent: Colleague, player: Player, app: Flask, runtime: Runtime
) -> None:
    other = sign_in(app, runtime, "agent", "a2")
    player.step(f"{RECIPIENT} > 9")
    (number,) = kinds(agent)
    agent.post(f"/desk/tickets/{number}/take")
    refused = other.post(f"/desk/tickets/{number}/close", outcome="explained")
    assert refused.status_code == 409
    assert "Agent a1" in refused.text
    agent.post(f"/desk/tickets/{number}/put-back")
    assert other.post(f"/desk/tickets/{number}/take").status_code == 302
    assert agent.post(f"/desk/tickets/{number}/take").status_code == 409


def test_settled_twice_is_told_once(
    agent: Colleague, player: Player, app: Flask, runtime: Runtime
) -> None:
    player.step(f"{RECIPIENT} > 9")
    (number,) = kinds(agent)
    assert agent.post(f"/desk/tickets/{number}/close", outcome="explained").status_code == 302
    assert agent.post(f"/desk/tickets/{number}/close", outcome="corrected").status_code == 409
    assert len(told(player, RECIPIENT)) == 1


def test_a_settled_ticket_is_opened_again_unless_another_is_open(
    agent: Colleague, player: Player
) -> None:
    player.step(f"{RECIPIENT} > 9")
    (number,) = kinds(agent)
    agent.post(f"/desk/tickets/{number}/close", outcome="unreached")
    assert agent.post(f"/desk/tickets/{number}/reopen", said="she called").status_code == 302
    assert kinds(agent, whose="mine") == [number]
    agent.post(f"/desk/tickets/{number}/close", outcome="unreached")
    player.step(f"{RECIPIENT} > 9")
    assert agent.post(f"/desk/tickets/{number}/reopen", said="x").status_code == 409


def test_two_people_see_that_both_are_there(
    agent: Colleague, player: Player, app: Flask, runtime: Runtime
) -> None:
    other = sign_in(app, runtime, "supervisor", "s1")
    player.step(f"{RECIPIENT} > 9")
    (number,) = kinds(agent)
    page = agent.get(f"/desk/tickets/{number}").text
    assert "Also looking" not in page
    assert re.search(r'<p id="here"[^>]*></p>', page)  # hidden as long as it is empty
    assert "Agent a1" in other.get(f"/desk/tickets/{number}").text
    here = agent.post(f"/desk/tickets/{number}/here", notes="0").text
    assert "Also looking at this ticket: Supervisor s1" in here
    assert "Something was done" not in here
    other.post(f"/desk/tickets/{number}/note", said="on it")
    assert "Something was done" in agent.post(f"/desk/tickets/{number}/here", notes="0").text


def test_without_valkey_the_ticket_opens_all_the_same(
    agent: Colleague, player: Player, runtime: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    player.step(f"{RECIPIENT} > 9")
    (number,) = kinds(agent)
    monkeypatch.setattr(
        runtime.redis.connection_pool, "connection_kwargs", {"host": "127.0.0.1", "port": 1}
    )
    runtime.redis.connection_pool.disconnect()
    runtime.redis.connection_pool.reset()
    assert agent.get(f"/desk/tickets/{number}").status_code == 200


def test_the_end_of_a_shift_hands_all_of_mine_over(
    agent: Colleague, player: Player, app: Flask, runtime: Runtime
) -> None:
    other = sign_in(app, runtime, "agent", "a2")
    player.step(f"{RECIPIENT} > 9")
    player.step(f"{RECIPIENT} > 3")
    for number in kinds(agent):
        agent.post(f"/desk/tickets/{number}/take")
    assert "Agent a2 (a2)" in agent.get("/desk/tickets?whose=mine").text
    done = agent.post("/desk/tickets/hand-over", to="a2", said="both will be called at 4")
    assert done.status_code == 302
    assert kinds(agent, whose="mine") == []
    assert len(kinds(other, whose="mine")) == 2
    number = kinds(other, whose="mine")[0]
    assert "both will be called at 4" in other.get(f"/desk/tickets/{number}").text
    assert agent.post("/desk/tickets/hand-over", to="1001").status_code == 400


def test_they_stand_with_their_person_and_their_article(agent: Colleague, player: Player) -> None:
    player.step(f"{RECIPIENT} > 3")
    (number,) = kinds(agent)
    assert f"#{number}" in agent.post("/desk/find", query=ARTICLE).text
    for query, kind in ((RECIPIENT, "conversations"), (ARTICLE, "articles")):
        found = re.search(rf"/desk/{kind}/\d+", agent.post("/desk/find", query=query).text)
        assert found
        assert f'href="/desk/tickets/{number}"' in agent.get(found[0]).text


def test_age_is_said_in_both_ways(agent: Colleague, player: Player, clock: Clock) -> None:
    player.step(f"{RECIPIENT} > 9")
    clock.advance(minutes=20)
    page = agent.get("/desk/tickets").text
    assert "14 Aug 2026, 10:00:00" in page
    assert "(20 minutes ago)" in page


def test_a_ticket_that_is_none(agent: Colleague) -> None:
    assert agent.get("/desk/tickets/77").status_code == 404
    assert agent.post("/desk/tickets/77/take").status_code == 404
    assert "Good." in agent.get("/desk/tickets").text


def assigned(runtime: Runtime) -> list[tuple[int, str | None]]:
    with runtime.database.transaction() as conn:
        return conn.execute(
            "SELECT t.id, s.staff_id FROM tickets t LEFT JOIN staff s ON s.id = t.assigned_to"
            " ORDER BY t.id"
        ).fetchall()


def test_what_its_agent_left_comes_back_to_the_queue(
    agent: Colleague, app: Flask, runtime: Runtime, player: Player, clock: Clock
) -> None:
    player.step(f"{RECIPIENT} > 9")
    player.step(f"{RECIPIENT} > 3")
    busy = sign_in(app, runtime, "agent", "a2")
    agent.post("/desk/tickets/1/take")
    busy.post("/desk/tickets/2/take")
    clock.advance(minutes=20)
    busy.get("/desk/tickets")
    jobs.sweep()
    assert assigned(runtime) == [(1, "a1"), (2, "a2")]
    clock.advance(minutes=11)
    jobs.sweep()
    assert assigned(runtime) == [(1, None), (2, "a2")]
    jobs.sweep()
    page = busy.get("/desk/tickets/1").text
    assert page.count("came back to the queue") == 1
    busy.post("/desk/tickets/1/take")
    assert assigned(runtime)[0] == (1, "a2")


def test_several_are_taken_and_closed_at_once_but_not_a_colleagues(
    agent: Colleague, app: Flask, runtime: Runtime, player: Player
) -> None:
    player.step(f"{RECIPIENT} > 9")
    player.step(f"{RECIPIENT} > 3")
    colleague = sign_in(app, runtime, "agent", "a2")
    colleague.post("/desk/tickets/1/take")
    said = _several(agent, ["1", "2"], act="take")
    assert "Assigned to you: 1. Left, because somebody else has them already: 1." in said
    assert assigned(runtime) == [(1, "a2"), (2, "a1")]
    assert "Choose what came of it" in _several(agent, ["2"], act="close", outcome="")
    player.drain()
    seen = re.search(r'name="seen-2" value="(\d+)"', agent.get("/desk/tickets").text)
    assert seen is not None
    agent.post("/desk/tickets/2/note", said="she calls back at five")
    close = {"act": "close", "outcome": "explained"}
    assert "Closed: 0." in _several(agent, ["2"], **close, **{"seen-2": seen[1]})  # unread
    said = _several(agent, ["2"], **close, **{"seen-2": str(int(seen[1]) + 1)})
    assert "Closed: 1." in said
    assert "blockquote" in said
    assert len(told(player, RECIPIENT)) == 1
    assert "No ticket is chosen" in _several(agent, [], act="take")
    player.step(f"{SENDER} > 9")  # a ticket that is none keeps no other from being taken
    assert "Assigned to you: 1." in _several(agent, [str(2**40), "2", "३", "1"], act="take")
    data = {**agent.with_token({"act": "take"}), "ticket": "9" * 30}
    assert agent.client.post("/desk/tickets/several", data=data).status_code == 422


def _several(agent: Colleague, ids: list[str], **form: str) -> str:
    data = {**agent.with_token(dict(form)), "ticket": ids}
    agent.client.post("/desk/tickets/several", data=data)
    return str(agent.get("/desk/tickets").text)
