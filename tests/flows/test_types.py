"""mypy refuses a handler of another event, of other facts or of another context."""

from __future__ import annotations

from pathlib import Path

import pytest
from mypy import api

_ROOT = Path(__file__).parent.parent.parent
# What mypy must refuse is marked; of the rest nothing may be refused.
_REFUSED = "  # refused"
_SNIPPET = """
from flows.decision import Asked, Decision, LastVisit, Nothing
from flows.events import AskHelp, AskLeft, Event, Pass, Visit
from flows.facts import Facts, PartyFacts, PostmanFacts
from flows.machine import Case, Machine

MACHINE = Machine("m", "a test", (), LastVisit(), PostmanFacts)


@MACHINE.on(Visit)
def right(case: Case[Visit, LastVisit, PostmanFacts]) -> Decision[LastVisit]:
    visiting = (case.event.acts[0].item, *case.context.visiting)
    return Decision(case.state, LastVisit(visiting=visiting))


@MACHINE.on(AskHelp, AskLeft)
def of_their_base(case: Case[Event, LastVisit, PostmanFacts]) -> Decision[LastVisit]:
    return Decision(case.state, case.context)


@MACHINE.on(Visit)
def of_any(case: Case[Event, LastVisit, Facts]) -> Decision[LastVisit]:
    return Decision(case.state, case.context)


@MACHINE.on(Pass)  # refused
def wrong_event(case: Case[Visit, LastVisit, PostmanFacts]) -> Decision[LastVisit]:
    return Decision(case.state, case.context)


@MACHINE.on(Pass, Visit)  # refused
def one_of_two_events(case: Case[Visit, LastVisit, PostmanFacts]) -> Decision[LastVisit]:
    return Decision(case.state, case.context)


@MACHINE.on(Visit)  # refused
def wrong_facts(case: Case[Visit, LastVisit, PartyFacts]) -> Decision[LastVisit]:
    return Decision(case.state, case.context)


@MACHINE.on(Visit)  # refused
def wrong_context(case: Case[Visit, Asked, PostmanFacts]) -> Decision[LastVisit]:
    return Decision(case.state, LastVisit())


@MACHINE.on(Visit)  # refused
def remembers_wrongly(case: Case[Visit, LastVisit, PostmanFacts]) -> Decision[Nothing]:
    return Decision(case.state, Nothing())


def no_such_field(case: Case[Visit, LastVisit, PostmanFacts]) -> tuple[object, ...]:
    return case.event.items, case.facts.articles, case.context.article  # refused
"""


def test_a_handler_of_another_event_facts_or_context_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    snippet = tmp_path / "snippet.py"
    snippet.write_text(_SNIPPET)
    monkeypatch.chdir(_ROOT)
    options = ["--strict", "--follow-imports=silent", "--no-error-summary", "--config-file="]
    said, broke, _ = api.run([*options, f"--cache-dir={tmp_path / 'cache'}", str(snippet)])
    assert not broke
    lines = _SNIPPET.splitlines()
    refused = {int(line.split(":")[1]) for line in said.splitlines() if ": error: " in line}
    wanted = {number for number, line in enumerate(lines, 1) if line.endswith(_REFUSED)}
    assert refused == wanted, said
