"""`flask messages understand`: how a text is read, why, and what would be answered."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any, Final

import click
from flask.cli import with_appcontext

from flows.decision import Say
from flows.replay import what_if
from flows.replay.examples import CONTEXTS, EXAMPLE_ROLES, ExampleRole, example
from flows.replay.reading import ReadingShown, reading_of, told
from flows.replay.what_if import WhatIfStep
from flows.replay.what_if_facts import Verdict
from messages.catalogue import LANGUAGES, CatalogueError
from messages.render import render
from web import running

_WIDE: Final = 10


@click.command("understand")
@with_appcontext
@click.argument("text")
@click.option("--as", "role", type=click.Choice(EXAMPLE_ROLES), default="recipient")
@click.option("--context", help="What was said last to the telephone; default: the usual one.")
@click.option("--language", type=click.Choice(LANGUAGES), default="en", help="Of the answer.")
@click.option("--code-is", type=click.Choice(("right", "wrong")), default="right")
def understand(
    text: str, role: ExampleRole, context: str | None, language: str, code_is: Verdict
) -> None:
    """Print the normal form of TEXT, its reading, why so, the event, and what is answered.

    Contexts: recipient out, booked, code, delivered, asked, nominee_asked, at_office, idle; sender
    sent, delivered, idle; postman list, approached, approached_cod. Nothing is sent or stored.
    """
    runtime = running.runtime()
    length = runtime.settings.code_length
    try:
        sandbox = example(role, context or CONTEXTS[role][0], runtime.now())
    except LookupError as unknown:
        raise click.BadParameter(str(unknown), param_hint="--context") from unknown
    for name, said in _reading(reading_of(role, text, length)):
        click.echo(f"{name:<{_WIDE}} {said}")
    step = what_if.answer(sandbox, text, length, code_is)
    for name, said in _answer(step, language, sandbox.now):
        click.echo(f"{name:<{_WIDE}} {said}")


def _reading(found: ReadingShown) -> Iterator[tuple[str, str]]:
    yield "normal", found.normal
    if found.version is not None:
        yield "kind", found.kind
        yield (
            "wishes",
            ", ".join(map(str, found.wishes)) + ("" if found.certain else " (asked back)"),
        )
        for why in found.why:
            yield "why", why
        yield "version", str(found.version)
    yield "event", told(found.event)


def _answer(step: WhatIfStep, language: str, now: datetime) -> Iterator[tuple[str, str]]:
    if not step.consequences:
        yield "answer", "nothing: no transition answers it here"
    for at, each in enumerate(step.consequences):
        who = "answer" if at == 0 else each.role
        decision = each.decision
        yield who, f"{each.state_before} → {decision.state}"
        for act in decision.acts:
            yield "", f"does {type(act).__name__}"
        for say in decision.says:
            yield "", f"says {say.template}: {_words(say, language)}"
        if at == 0 and not decision.says:
            yield "", "says nothing"


def _words(say: Say, language: Any) -> str:
    try:
        return render(say.template, language, say.values).text
    except CatalogueError as missing:
        return f"({missing})"
