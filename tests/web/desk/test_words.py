"""Every event, act, fact, state and kind of news has its word, in every language of the pages."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Literal, get_args, get_origin

import pytest

from flows import acts, decision, events, facts, happenings, machines, remarks
from flows.grammar.postman_numbers import SIGNATURE
from messages.catalogue import Lane
from postal.counter import ledger, payment_rules
from store import feed_kinds
from tests.rigs.told import nothing_in
from web.counter.upi import Phase
from web.language import NAMES, words

ROOT = Path(__file__).parent.parent.parent.parent
_ABSTRACT = {"Event", "News", "Happening", "AtWindow", "Act", "ArticleAct", "WindowAct"}


def kinds(base: type) -> Iterator[type]:
    kind: type
    for kind in base.__subclasses__():
        if kind.__name__ not in _ABSTRACT and not kind.__name__.startswith(("Lazy", "Noting")):
            yield kind
        yield from kinds(kind)


def records() -> Iterator[type]:
    for module in (events, happenings, decision, facts, *acts.MODULES):
        for kind in vars(module).values():
            if isinstance(kind, type) and is_dataclass(kind) and kind.__name__ not in _LEFT_OUT:
                yield kind


# What a conversation keeps in mind, and what stands around decisions: shown nowhere by field.
_LEFT_OUT = {"Say", "Tell", "Decision", "Done", "LastVisit", "Asked", "Nothing"}


def literals() -> Iterator[str]:
    """Every value that has one word wherever it is shown; a figure has none of its own."""
    for module in (events, happenings, decision, facts, *acts.MODULES):
        for name, hint in vars(module).items():
            if get_origin(hint) is Literal and name != "Role":
                yield from (each for each in get_args(hint) if isinstance(each, str))


def wanted() -> Iterator[str]:
    yield from (f"event_{kind.__name__}" for kind in kinds(events.Event))
    yield from (f"event_{act.__name__}" for act in get_args(events.VisitAct))
    yield from (f"act_{name}" for name in acts.ALL)
    yield from (f"fact_{field.name}" for kind in records() for field in fields(kind))
    yield from (f"value_{value}" for value in (*literals(), True, False, None))
    yield from (f"exception_reason_{reason}" for reason in get_args(events.ExceptionReason))
    for machine in machines.ALL.values():
        yield f"machine_{machine.name}"
        yield from (f"state_{machine.name}_{state.name}" for state in machine.states)
    yield from (f"article_{state}" for state in get_args(facts.ArticleState))
    yield from (f"service_{service}" for service in get_args(facts.Service))
    yield from (f"item_{state}" for state in get_args(facts.ItemState) if state != "elsewhere")
    yield from (f"ticket_{kind}" for kind in get_args(acts.reports.TicketKind))
    yield from (f"part_{role}" for role in get_args(decision.Role))
    yield from (f"ledger_{kind}" for kind in get_args(ledger.Kind))
    yield from (f"upi_cause_{cause}" for cause in get_args(payment_rules.Cause))
    yield from (f"upi_phase_{phase}" for phase in get_args(Phase))
    yield from (f"method_{method}" for method in get_args(ledger.Method))
    yield from (f"remark_{number}" for number in (SIGNATURE, *remarks.BY_CODE))
    yield from (f"{prefix}_{lane}" for prefix in ("lane", "value") for lane in get_args(Lane))
    yield from (f"feed_{kind}" for kind in feed_kinds.DECLARED)
    # What message_failed and message_expired carry (outbox/receipts.py).
    yield from (f"fact_{name}" for name in ("message", "lane", "template"))


@pytest.mark.parametrize("language", NAMES)
def test_everything_that_the_desk_shows_has_a_word(language: str) -> None:
    missing = sorted(set(wanted()) - words(language).keys())
    nothing_in(f"web/words/{language}/flows.toml: {key} is missing" for key in missing)


def test_no_word_is_about_what_is_gone() -> None:
    said = tomllib.loads((ROOT / "web/words/en/flows.toml").read_text(encoding="utf-8"))
    checked = ("event_", "act_", "state_", "machine_", "feed_", "ticket_")
    left = {key for key in said if key.startswith(checked)} - set(wanted())
    nothing_in(f"web/words/en/flows.toml: {key} is about what is gone" for key in sorted(left))


@pytest.mark.parametrize("language", NAMES)
def test_no_word_names_a_figure_wherever_it_stands(language: str) -> None:
    """A serial number, a try and a count are figures too: a figure has words by its field alone."""
    nothing_in(
        f"web/words/{language}: {key} names every such figure"
        for key in words(language)
        if re.fullmatch(r"(value|event|fact|act)_\d+", key)
    )
