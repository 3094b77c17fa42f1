"""`flask flows prove`: no story breaks a promise, every act is done, and every mutant is found."""

from __future__ import annotations

import re
import time
from collections import Counter
from pathlib import Path

import pytest
from flask import Flask

from flows import trust
from flows.acts import ALL as ACTS
from flows.decision import Act
from flows.events import Approach, Visit
from flows.machine import FlowError
from flows.proof.explore import scenes
from flows.proof.explore.search import Explored, explore
from flows.proof.explore.story import transcript
from flows.proof.mutants.breaking import decides
from flows.proof.mutants.hunt import hunt
from flows.proof.mutants.table import MUTANTS, OUTSIDE, Mutant
from flows.proof.promises import ALL as PROMISES
from flows.proof.world import turn
from flows.proof.world.parcel import Parcel

TRUST = Path(__file__).parents[2] / "docs/developing/trust.md"
DEPTH = 2  # lines after a scene's own; `flask flows prove` goes as deep as its minutes allow
# Acts that no line of the small world leads to, and why. None: keep it so, or argue it here.
NEVER: dict[str, str] = {}


@pytest.fixture(scope="module")
def explored() -> list[Explored]:
    return [explore(scene, depth=DEPTH, seconds=60, clock=time.monotonic) for scene in scenes.ALL]


def test_no_story_breaks_a_promise(explored: list[Explored]) -> None:
    breaches = [breach for each in explored for breach in each.breaches.values()]
    assert not breaches, "\n\n".join("\n".join(transcript(each)) for each in breaches)
    assert all(each.depth == DEPTH for each in explored)


def test_every_act_is_done_in_some_story(explored: list[Explored]) -> None:
    fired: Counter[type[Act]] = sum((each.fired for each in explored), Counter())
    assert sorted(set(ACTS) - {act.__name__ for act in fired}) == sorted(NEVER)


# ---- mutants -----------------------------------------------------------------------------------


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name.replace(" ", "_"))
def test_a_broken_rule_is_found(mutant: Mutant) -> None:
    hunted = hunt(mutant, clock=time.monotonic)
    assert hunted.breach is not None
    assert (hunted.breach.promise.rule, hunted.breach.promise.name) == mutant.finds
    rule, name = mutant.finds
    assert hunted.told[0].startswith(f"# {rule}, {name}: ")
    assert hunted.breach.depth > 0, "what begins the scene breaks it already"


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name.replace(" ", "_"))
def test_its_story_breaks_nothing_while_the_rule_holds(mutant: Mutant) -> None:
    found = explore(mutant.begins, depth=1, seconds=60, clock=time.monotonic)
    assert not found.breaches


def test_every_rule_has_a_mutant_or_is_decided_elsewhere() -> None:
    rules = {int(each) for each in re.findall(r"^\*\*Rule (\d+)\.\*\*", TRUST.read_text(), re.M)}
    assert len(rules) == 21
    broken = {mutant.rule for mutant in MUTANTS if mutant.rule is not None}
    assert broken | set(OUTSIDE) == rules
    assert not broken & set(OUTSIDE)


def test_every_promise_is_broken_by_a_mutant() -> None:
    assert {mutant.finds for mutant in MUTANTS} == {(each.rule, each.name) for each in PROMISES}


def test_names_of_mutants_are_their_own() -> None:
    assert len({mutant.name for mutant in MUTANTS}) == len(MUTANTS)


def test_what_was_broken_is_whole_again() -> None:
    before = _what_is_broken()
    for mutant in MUTANTS:
        with pytest.raises(ZeroDivisionError), mutant.broken():
            _ = 1 / 0
    assert _what_is_broken() == before


def _what_is_broken() -> list[object]:
    return [vars(turn)["decide"], vars(turn)["unmet"], Parcel.fact, dict(trust.MOVES), trust.move]


# ---- the command -------------------------------------------------------------------------------

SHORT = ("flows", "prove", "--depth", "1", "--processes", "1", "--scene", "door")


def test_the_command_prints_what_holds(app: Flask) -> None:
    result = app.test_cli_runner().invoke(args=SHORT)
    assert result.exit_code == 0, result.stderr
    assert re.search(r"^I1 +the holder's code +\d+ +1 holds$", result.stdout, re.M)
    assert re.search(r"^acts fired, \d+ of \d+: ", result.stdout, re.M)
    assert "\nacts never fired: " in result.stdout
    assert result.stdout.endswith("no promise is broken\n")


def test_the_command_fails_and_tells_the_story_where_a_promise_is_broken(app: Flask) -> None:
    mutant = next(each for each in MUTANTS if each.name == "a signature is enough")
    with mutant.broken():
        result = app.test_cli_runner().invoke(args=SHORT)
    assert result.exit_code == 1
    assert re.search(r"^I1 +the holder's code +\d+ +1 broken in 1 ways$", result.stdout, re.M)
    assert "# I1, the holder's code: handed over without a code.\n" in result.stderr
    assert "\n+919839000001 > 1 10\n+919839000001 < " in result.stderr


def test_a_machine_that_breaks_its_own_declarations_is_found(app: Flask) -> None:
    def stray(true, machine, standing, event, facts):  # type: ignore[no-untyped-def]
        if isinstance(event, Visit) and any(isinstance(act, Approach) for act in event.acts):
            raise FlowError("planted")
        return true(machine, standing, event, facts)

    with decides(stray)():
        result = app.test_cli_runner().invoke(args=SHORT)
    assert result.exit_code == 1
    assert "# FLOW, the machines hold to themselves: FlowError: planted.\n" in result.stderr


def test_acts_that_no_story_leads_to_are_named(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    one = (scenes.HERD,)
    monkeypatch.setattr("flows.proof.explore.scenes.ALL", one)
    result = app.test_cli_runner().invoke(args=[*SHORT[:-2]])
    assert result.exit_code == 1
    assert "Error: no story led to " in result.stderr
    assert ", HandOver, " in result.stderr


def test_the_command_lists_the_mutants(app: Flask) -> None:
    result = app.test_cli_runner().invoke(args=["flows", "prove", "--mutants", "--stories"])
    assert result.exit_code == 0, result.stderr
    for mutant in MUTANTS:
        assert f"  {mutant.name}: {' '.join(mutant.finds)}\n" in result.stdout
    assert "  10  no mutant: " in result.stdout
    assert result.stdout.endswith(f"all {len(MUTANTS)} mutants are found\n")
