"""A person whose ticket was closed is asked whether that helped, and a 2 opens it again."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable

import pytest
from flask import Flask
from hypothesis import given, settings
from hypothesis import strategies as st

from flows.proof.explore import scenes
from flows.proof.promises import ALL as PROMISES
from flows.proof.world.books import HOLDER, SENDER
from flows.proof.world.doors import NotPlayable, play
from runtime import Runtime
from tests.rigs.api_calls import number_of
from tests.rigs.clock import Clock
from tests.rigs.desk import Colleague, sign_in
from tests.rigs.transcript import Player

PHONE = "+919876500001"
WARNING = " Tell the code only to the postman at your door: no call, no link."


@pytest.fixture
def agent(player: Player, app: Flask, runtime: Runtime) -> Colleague:
    player.step("postman 1001 +919839000001")
    player.step(f"article EU123456785IN to {PHONE} en from +919811100001")
    return sign_in(app, runtime, "agent", "a1")


def close(agent: Colleague, player: Player, number: int, **form: str) -> list[str]:
    """Close a ticket and return what its person is told by it."""
    page = agent.post(f"/desk/tickets/{number}/close", outcome="explained", **form)
    assert page.status_code == 302
    return [line.removeprefix(f"{PHONE} < ") for line in player.drain() if line.startswith(PHONE)]


def newest(runtime: Runtime) -> int:
    with runtime.database.transaction() as conn:
        row = conn.execute("SELECT max(id) FROM tickets WHERE closed_at IS NULL").fetchone()
    assert row is not None
    return int(row[0])


def is_open(runtime: Runtime, number: int) -> bool:
    with runtime.database.transaction() as conn:
        row = conn.execute("SELECT closed_at IS NULL FROM tickets WHERE id = %s", [number])
        return bool(row.fetchone() == (True,))


def test_closed_asked_and_opened_again_by_its_person(
    agent: Colleague, player: Player, runtime: Runtime
) -> None:
    player.step(f"{PHONE} > 9")
    number = newest(runtime)
    page = agent.get(f"/desk/tickets/{number}?lang=en").text
    asks = f"Number {number} is settled. Did that help? Reply 1 yes, 2 no.{WARNING}"
    assert asks in page
    assert "checked" in page.split('name="ask"')[1].split(">")[0]
    told = close(agent, player, number, ask="1")
    assert [each.split(".")[0] for each in told] == [
        f"Number {number}: your question is answered",
        f"Number {number} is settled",
    ]
    assert told[-1] == asks
    player.step(f"{PHONE} > 2")
    assert is_open(runtime, number)
    player.step(f"{PHONE} > dakiya phir bhi nahi mila 9876512345")
    page = agent.get(f"/desk/tickets/{number}?lang=en").text
    assert "says that it did not help" in page
    assert "dakiya phir bhi nahi mila" in page
    assert "9876512345" not in page
    assert "nobody yet" in page
    # The article is untouched: the same 2 would have said "not mine".
    assert agent.get("/desk/tickets?kind=wrong_number&lang=en").text.count("ticket-link") == 0
    # Closed once more: the telephone is not asked twice within days, and the page says so.
    assert "was asked in the last four days" in page
    assert len(close(agent, player, number, ask="1")) == 1


def test_who_is_not_asked(agent: Colleague, player: Player, runtime: Runtime, clock: Clock) -> None:
    player.step(f"{PHONE} > 3")
    number = newest(runtime)
    assert "fraud was reported here just now" in agent.get(f"/desk/tickets/{number}?lang=en").text
    assert len(close(agent, player, number, ask="1")) == 1
    player.step(f"{PHONE} > 9")
    number = newest(runtime)
    agent.post(f"/desk/tickets/{number}/close", outcome="unreached", ask="1")
    assert len(player.drain()) == 1
    player.step(f"{PHONE} > STOP")
    player.step(f"{PHONE} > 9")
    assert "wants no news" in agent.get(f"/desk/tickets/{newest(runtime)}?lang=en").text


def test_at_night_it_waits_for_the_morning_and_beside_a_question_about_post(
    agent: Colleague, player: Player, runtime: Runtime, clock: Clock, app: Flask
) -> None:
    player.step("wait 11 h")  # nine in the evening
    agent = sign_in(app, runtime, "agent", "a2")
    player.step(f"{PHONE} > 9")
    number = newest(runtime)
    assert "nobody is asked at night" in agent.get(f"/desk/tickets/{number}?lang=en").text
    assert len(close(agent, player, number, ask="1")) == 1
    player.step("wait 11 h")
    player.step("list 1001: EU123456785IN")  # what is out comes first
    assert not [line for line in player.drain() if "Did that help" in line]
    player.step(f"{PHONE} > 1")  # so a 1 is about the code
    with runtime.database.transaction() as conn:
        assert conn.execute("SELECT count(*) FROM codes").fetchone() == (1,)


def test_what_they_answer_is_a_report(player: Player, app: Flask, runtime: Runtime) -> None:
    player.step("postman 1001 +919839000001")
    player.step("postmaster 2001")
    for n, answer in enumerate(("1", "1", "2", None), start=1):
        phone = f"+91987650000{n}"
        player.step(f"article {number_of(n)} to {phone} en")
        player.step(f"{phone} > 9")
        player.step(f"{phone} asked whether it helped")
        if answer:
            player.step(f"{phone} > {answer}")
    supervisor = sign_in(app, runtime, "supervisor", "s1")
    day = "since=2026-08-14&until=2026-08-14"
    for query, names in ((day, {""}), (f"{day}&table=by&by=head", {"Enquiry"})):
        answer_ = supervisor.get(f"/desk/reports/helped.csv?{query}").data.decode("utf-8-sig")
        (line,) = csv.DictReader(io.StringIO(answer_))
        assert [line[part] for part in ("helped", "not_helped", "no_answer", "total")] == [
            "2", "1", "1", "4",
        ]  # fmt: skip
        assert line["share"] == "0.5000"
        assert line["share_low"] < line["share"] < line["share_high"]
        assert {line.get("name", "")} == names
    for part, count in (("helped", 2), ("not_helped", 1), ("no_answer", 1)):
        page = supervisor.get(f"/desk/reports/helped/articles?{day}&part={part}").text
        assert page.count("<tr>") - 1 == count
    page = supervisor.get(f"/desk/reports/helped?{day}&lang=en").text
    assert "of those asked say that it helped" in page
    player.step("+919876500004 > 2")  # late, and counted on the day of the question
    answer_ = supervisor.get(f"/desk/reports/helped.csv?{day}").data.decode("utf-8-sig")
    (line,) = csv.DictReader(io.StringIO(answer_))
    assert (line["not_helped"], line["no_answer"]) == ("2", "0")


def lines() -> st.SearchStrategy[list[str]]:
    bare = [f"{phone} > {digit}" for phone in (HOLDER, SENDER) for digit in "12"]
    asks = [f"{phone} asked whether it helped" for phone in (HOLDER, SENDER)]
    return st.lists(st.sampled_from([*bare, *asks, *scenes.HELPED.offers]), max_size=14)


@settings(max_examples=150, deadline=None)
@given(lines())
def test_whatever_competes_with_it_an_answer_is_one_to_the_newer_question(
    story: Iterable[str],
) -> None:
    world = scenes.HELPED.start
    for line in (*scenes.HELPED.lines, *story):
        try:
            played = play(world, line)
        except NotPlayable:
            continue
        breaches = [each for promise in PROMISES for each in promise.check(world, played)]
        assert not breaches
        world = played.world
