"""The sandbox: other answers, what would follow, and nothing that was touched."""

from __future__ import annotations

import re
from dataclasses import fields
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from hypothesis import given, settings
from hypothesis import strategies as st
from psycopg import sql

from flows import machines
from flows.decision import ArticleAct, Context, Decision
from flows.events import Event
from flows.facts import ArticleFact, Facts, PostmanFacts, RecipientFacts
from flows.machine import Standing
from flows.replay import what_if
from flows.replay.record import decode
from postal.desk import sprints as sprint
from postal.desk.sprints import Period, StoredSprint
from runtime import Runtime
from tests.rigs.clock import Clock
from tests.rigs.desk import Colleague, sign_in
from tests.rigs.transcript import Player

RECIPIENT, POSTMAN = "+919876500001", "+919839000001"
ARTICLE = "EU123456785IN"
TRANSCRIPTS = sorted((Path(__file__).parent.parent / "transcripts").glob("*.txt"))
HELD_TO = (
    "straight_delivery", "remarks_and_undo", "witness_contested", "witness_confirmed", "fraud",
    "another_day", "somebody_else", "refusal_by_code", "two_attempts_then_the_office",
    "at_the_window", "by_document", "words_the_postman_never_came",
)  # fmt: skip


def sprints(runtime: Runtime) -> list[StoredSprint]:
    with runtime.database.transaction() as conn:
        return sorted(sprint.stream(conn, Period()), key=lambda each: each.id)


def articles_in(facts: Any) -> dict[str, ArticleFact]:
    found: list[ArticleFact] = []
    if isinstance(facts, RecipientFacts):
        found = list(facts.articles)
    elif isinstance(facts, PostmanFacts):
        found = [item.article for item in facts.items if item.article]
    elif getattr(facts, "article", None) is not None:
        found = [facts.article]
    return {article.number: article for article in found}


# What another telephone's facts see otherwise, and what time or a receipt alone changes. Whether a
# nominee took it whom a text had named, the books alone know.
_SEEN_APART = {
    "on_word",
    *("part", "fraud_reports", "had_code", "herd", "code_sends", "nominations", "holds_from"),
}
# The books were written before anybody decided: booked, listed, recalled.
_WITHOUT_A_DECISION = {"Booked", "WentOut", "Recalled", "ListMade"}


@pytest.mark.parametrize("name", HELD_TO)
def test_effects_are_what_the_books_do(player: Player, runtime: Runtime, name: str) -> None:
    (path,) = [each for each in TRANSCRIPTS if each.stem == name]
    player.play(path)
    known: dict[str, ArticleFact] = {}
    days: dict[str, date] = {}
    compared = 0
    for each in sprints(runtime):
        facts, decided = decode(each.facts, Facts), decode(each.decision, Decision)
        for number, article in articles_in(facts).items():
            before = known.get(number)
            if before is not None and each.event["kind"] not in _WITHOUT_A_DECISION:
                live = {before.code, article.code} == {"live", "expired"}
                for field in fields(article):
                    if field.name in _SEEN_APART or (live and field.name == "code"):
                        continue
                    if field.name == "wrong_tries" and each.at.date() != days.get(number):
                        continue  # counted by the day
                    was, now = getattr(before, field.name), getattr(article, field.name)
                    assert was == now, (each.id, number, field.name, was, now)
                    compared += 1
            known[number] = article
            days[number] = each.at.date()
        for act in decided.acts:
            if isinstance(act, ArticleAct) and act.article in known:
                known[act.article] = act.applied(known[act.article], each.at)
    assert compared


# ---- the engine --------------------------------------------------------------------------------


@pytest.fixture
def code_out(player: Player) -> Player:
    player.step(f"postman 1001 {POSTMAN}")
    player.step(f"article {ARTICLE} to {RECIPIENT} en")
    player.step(f"list 1001: {ARTICLE}")
    player.step(f"{POSTMAN} > 1")
    return player


def sandbox(stored: StoredSprint) -> what_if.Sandbox:
    before = stored.state_before
    standing = Standing(
        before["state"],
        decode(before["context"], Context),
        stored.at.fromisoformat(before["entered_at"]),
    )
    return what_if.begin(stored.machine, standing, decode(stored.facts, Facts))


def last(runtime: Runtime, machine: str, event: str) -> StoredSprint:
    return [
        each for each in sprints(runtime) if each.machine == machine and each.event["kind"] == event
    ][-1]


def test_before_a_sprint_the_same_text_is_decided_as_it_was(
    code_out: Player, runtime: Runtime
) -> None:
    stored = last(runtime, "postman", "Visit")
    step = what_if.answer(sandbox(stored), "1", 6)
    assert step.consequences[0].decision == decode(stored.decision, Decision)
    assert [each.role for each in step.consequences] == ["postman", "holder"]
    assert step.consequences[1].decision.says[0].template == "code"


def test_wrong_then_right_then_taken_back(code_out: Player, runtime: Runtime) -> None:
    now = what_if.go_on(
        sandbox(last(runtime, "postman", "Visit")),
        decode(last(runtime, "postman", "Visit").event, Event),
    )
    assert now.items[0].article is not None
    assert now.items[0].article.code == "live"
    wrong = what_if.answer(now, "1 123456", 6, "wrong")
    assert wrong.consequences[0].decision.says[0].template == "wrong_code"
    assert wrong.typed == "1 ••••••"
    right = what_if.answer(wrong.then, "1 654321", 6, "right")
    assert right.assumed == "right"
    assert right.consequences[0].decision.says[0].template == "handed_over"
    assert {each.role for each in right.consequences} >= {"recipient", "sender", "article"}
    again = what_if.answer(right.then, "1 654321", 6, "right")
    assert again.consequences[0].decision.says[0].template == "already_delivered"


def test_a_code_runs_out_while_one_waits(code_out: Player, runtime: Runtime) -> None:
    stored = last(runtime, "recipient", "Approached")
    now = what_if.go_on(sandbox(stored), decode(stored.event, Event))
    later = what_if.wait(now, 11 * 60).then
    assert isinstance(later.facts, RecipientFacts)
    assert later.facts.articles[-1].code == "expired"
    step = what_if.answer(later, "1", 6)
    assert step.consequences[0].decision.says[0].template == "code"
    assert "IssueCode" in [type(act).__name__ for act in step.consequences[0].decision.acts]


def test_a_time_limit_fires(code_out: Player, runtime: Runtime) -> None:
    stored = last(runtime, "postman", "Visit")
    now = what_if.go_on(sandbox(stored), decode(stored.event, Event))
    assert what_if.wait(now, 60).consequences == ()
    assert what_if.wait(now, 31 * 60).event == "TimedOut"


@pytest.fixture
def at_the_office(player: Player) -> Player:
    for line in (
        f"postman 1001 {POSTMAN}", f"article {ARTICLE} to {RECIPIENT} en",
        f"list 1001: {ARTICLE}", f"{POSTMAN} > 1 11", f"{RECIPIENT} > 44", f"{RECIPIENT} > 1",
    ):  # fmt: skip
        player.step(line)
    return player


def test_somebody_stands_at_the_window(at_the_office: Player, runtime: Runtime) -> None:
    stored = last(runtime, "recipient", "Yes")
    now = what_if.go_on(sandbox(stored), decode(stored.event, Event))
    wrong = what_if.at_window(now, "code", "wrong")
    assert [type(act).__name__ for act in wrong.consequences[0].decision.acts] == [
        "CountWrongAtWindow", "RefuseAtWindow",
    ]  # fmt: skip
    right = what_if.at_window(wrong.then, "code", "right")
    assert [each.role for each in right.consequences] == ["article", "recipient", "sender"]
    assert right.consequences[1].decision.says[0].template == "collected"
    assert right.then.standing.state == "delivered"
    assert what_if.at_window(right.then, "document", "right").consequences == ()
    shown = what_if.at_window(now, "document", "right")
    assert shown.consequences[0].decision.state == "over"
    for _ in range(5):
        now = what_if.at_window(now, "code", "wrong").then
    article = what_if.fetchable(now)
    assert article is not None
    assert (article.code, article.locked) == ("dead", True)
    assert what_if.at_window(now, "code", "right").then.standing == now.standing


@settings(max_examples=60)
@given(st.lists(st.text(max_size=30) | st.from_regex(r"[0-9]{1,3}( [0-9]{2,6})?"), max_size=4))
def test_it_never_fails_whatever_is_typed(texts: list[str]) -> None:
    article = ArticleFact(ARTICLE, "out_for_delivery", True, 0, "none", None, 0, 0, 0, False)
    at = Clock().at
    for machine, facts in (
        ("recipient", RecipientFacts(at, (article,), "approach", 600, at, ticket=7)),
        ("postman", PostmanFacts(at, (), True, 1, 1)),
    ):
        start = machines.ALL[machine]
        box = what_if.begin(machine, Standing(start.initial, start.context, at), facts)
        for text in texts:
            box = what_if.answer(box, text, 6).then
            box = what_if.wait(box, 3600).then


# ---- the page ----------------------------------------------------------------------------------


@pytest.fixture
def agent(code_out: Player, app: Flask, runtime: Runtime) -> Colleague:
    return sign_in(app, runtime, "agent")


def everything(runtime: Runtime) -> list[Any]:
    tables = ("messages", "sprints", "events", "articles", "codes", "conversations",
              "delivery_items", "tickets", "timers")  # fmt: skip
    every = [sql.SQL("SELECT * FROM {} ORDER BY 1").format(sql.Identifier(t)) for t in tables]
    with runtime.database.transaction() as conn:
        return [conn.execute(each).fetchall() for each in every]


def tried(page: str) -> list[str]:
    return [
        each.replace("&#34;", '"').replace("&amp;", "&")
        for each in re.findall(r'name="tried" value="([^"]*)"', page)
    ]


def test_another_answer_is_tried_and_nothing_is_touched(
    agent: Colleague, code_out: Player, runtime: Runtime
) -> None:
    before = everything(runtime)
    path = f"/desk/sprints/{last(runtime, 'recipient', 'Approached').id}/what-if"
    page = agent.get(f"{path}?side=after").text
    assert "SIMULATION." in page
    assert '<html lang="en">' in page
    page = agent.post(path, side="after", typed="3").text
    assert "Old code of 6785 is cancelled" in page
    assert "reports fraud (3)" in page
    token = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert token
    form = {"csrf_token": token[1], "side": "after", "typed": "1", "tried": tried(page)}
    page = agent.client.post(path, data=form).text
    assert "a new code for post 6785 comes only when the postman is coming" in page
    assert len(tried(page)) == 2
    assert everything(runtime) == before


def test_a_code_that_is_typed_is_not_carried(
    agent: Colleague, code_out: Player, runtime: Runtime
) -> None:
    code = code_out.codes[RECIPIENT][-1]
    path = f"/desk/sprints/{last(runtime, 'postman', 'Visit').id}/what-if"
    page = agent.post(path, side="after", typed=f"1 {code}", verdict="wrong").text
    assert code not in page
    assert "the code was taken for wrong" in page
    assert "1 ••••••" in page
    assert "1 000000" in tried(page)[0]


def test_who_hears_no_texts_is_not_imagined(agent: Colleague, runtime: Runtime) -> None:
    stored = last(runtime, "article", "WentOut")
    answer = agent.get(f"/desk/sprints/{stored.id}/what-if")
    assert answer.status_code == 422
    assert "Nobody types into this conversation" in answer.text
    assert agent.get("/desk/sprints/999/what-if").status_code == 404


def test_the_window_is_tried_and_nothing_is_touched(
    at_the_office: Player, app: Flask, runtime: Runtime
) -> None:
    agent = sign_in(app, runtime, "agent")
    path = f"/desk/sprints/{last(runtime, 'recipient', 'Yes').id}/what-if"
    before = everything(runtime)
    assert "he says a code at the window" in agent.get(f"{path}?side=after").text
    page = agent.post(path, side="after", window="code", verdict="wrong").text
    assert "not handed out at the window" in page
    token = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert token
    form = {"csrf_token": token[1], "side": "after", "window": "document", "tried": tried(page)}
    page = agent.client.post(path, data=form).text
    assert "a document was shown at the window" in page
    assert "handed out at the window" in page
    assert "he says a code at the window" not in page
    assert everything(runtime) == before


def test_rubbish_in_the_form_is_left_out(agent: Colleague, runtime: Runtime) -> None:
    path = f"/desk/sprints/{last(runtime, 'recipient', 'Approached').id}/what-if"
    for rubbish in ("{", '["x"]', '[1, "y", 3]', "null", '["", 0, "right", "roof"]'):
        assert agent.post(path, tried=rubbish, typed="0").status_code == 200
