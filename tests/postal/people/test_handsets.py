"""A postman's telephones: named by the office, proven by the PIN, blocked when lost."""

from __future__ import annotations

import pytest
from click.testing import Result
from flask import Flask
from flask.testing import FlaskClient

import jobs
from runtime import Runtime
from store import feed
from tests.rigs import sprints as stored_sprints
from tests.rigs import words as words_of
from tests.rigs.transcript import Player

PIN = "2468"
ARTICLE = "EU123456785IN"


@pytest.fixture
def round_of_ram(player: Player) -> Player:
    for line in (
        "postman 1001 +919839000001",
        f"article {ARTICLE} to +919876500001 en",
        f"list 1001: {ARTICLE}",
        "+919839000001 > 1",
    ):
        player.step(line)
    return player


def test_a_pin_is_kept_nowhere(round_of_ram: Player, runtime: Runtime) -> None:
    for line in (
        "1001 has new phone +919839000009",
        "+919839000009 > 2469",
        f"+919839000009 > pin {PIN}",
        "+919839000009 > ०००१",
    ):
        round_of_ram.step(line)
    with runtime.database.transaction() as conn:
        kept = conn.execute("SELECT data::text FROM events").fetchall()
        held = stored_sprints.contents(conn)
        held += [f"{each.body} {each.variables}" for each in words_of.contents(conn)]
        (moved,) = conn.execute("SELECT phone FROM staff WHERE role = 'postman'").fetchone() or (
            "",
        )
    assert moved == "+919839000009"
    texts = " ".join([*(text for (text,) in kept), *held])
    assert "••••" in texts
    for digits in (PIN, "2469", "०००१"):
        assert digits not in texts.replace("+919839000009", "")


def test_a_blocked_telephone_is_nobodys_and_its_codes_are_dead(
    round_of_ram: Player, runtime: Runtime
) -> None:
    answer = round_of_ram.api("/postmen/1001/block", None)
    assert answer == {"staff_id": "1001", "codes": 1}
    assert round_of_ram.api("/postmen/1001/block", None)["codes"] == 0
    # News of his articles does not go to whoever has found the telephone.
    said = round_of_ram.step("+919876500001 > 3")
    assert not [line for line in said if line.startswith("+919839000001")]
    with runtime.database.transaction() as conn:
        events = feed.read(conn, 0, 100)
    assert [e.data for e in events if e.kind == "phone_blocked"] == [{"postman": "1001"}] * 2
    assert [e.data for e in events if e.kind == "code_killed"] == [{"reason": "blocked"}]


def test_no_telephone_is_named_for_two(player: Player, client: FlaskClient) -> None:
    for line in (
        "postman 1001 +919839000001",
        "postman 1002 +919839000002",
        "1001 has new phone +919839000009",
    ):
        player.step(line)

    def name(staff_id: str, phone: str) -> int:
        answer = client.post(
            f"/api/v1/postmen/{staff_id}/phone", json={"phone": phone}, headers=player.headers()
        )
        return int(answer.status_code)

    assert name("1002", "+919839000009") == 409
    assert name("1002", "+919839000001") == 409
    assert name("1003", "+919839000003") == 422
    assert name("1001", "+919839000008") == 202
    assert name("1002", "+919839000009") == 409  # until 1001 has the other one


def test_the_office_does_it_at_the_command_line(round_of_ram: Player, app: Flask) -> None:
    def run(*words: str, typed: str | None = None) -> Result:
        return app.test_cli_runner().invoke(args=["postman", *words], input=typed)

    blocked = run("block", "1001")
    assert blocked.exit_code == 0, blocked.output
    assert "1 codes died" in blocked.output
    assert run("block", "7").exit_code == 1
    reset = run("pin", "1001", typed="135790\n")
    assert reset.exit_code == 0, reset.output
    assert "135790" not in reset.output
    assert "4 to 6 digits" in run("pin", "1001", typed="12\n").output
    assert "nobody" in run("pin", "7", typed="1357\n").output
    asked = run("phone", "1001", "98390 00009")
    assert asked.exit_code == 0, asked.output
    assert "+919839000009" not in asked.output
    assert "WRONG" in " ".join(_spoken(round_of_ram, f"+919839000009 > {PIN}"))
    assert "1001" in " ".join(_spoken(round_of_ram, "+919839000009 > 135790"))


def test_a_stranger_whose_telephone_was_named_spends_none_of_the_postmans_tries(
    round_of_ram: Player, runtime: Runtime
) -> None:
    """The office named a wrong one, or somebody there is dishonest: its owner guesses in vain."""
    own, stranger = "+919839000001", "+919839000009"
    round_of_ram.step(f"1001 has new phone {stranger}")
    for guess in ("1357", "9753", "4821"):
        round_of_ram.step(f"{stranger} > {guess}")
    jobs.sweep()
    told = round_of_ram.drain()
    assert [line for line in told if line.startswith(own) and "PIN" in line]
    round_of_ram.step(f"{own} dials")
    round_of_ram.step(f"{own} * 1")
    (screen,) = round_of_ram.step(f"{own} * {PIN}")
    assert "6785" in screen  # his list
    with runtime.database.transaction() as conn:
        tries = conn.execute("SELECT phone, wrong FROM pin_tries").fetchall()
    assert tries == [(stranger, 3)]


def _spoken(player: Player, line: str) -> list[str]:
    """What was said, with the postman's Hindi for a wrong PIN in one word."""
    return [said.replace("गलत है", "WRONG") for said in player.step(line)]
