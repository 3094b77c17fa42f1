"""What if? A sandbox that begins at a stored sprint and changes nothing.

Nothing is kept between requests: the form carries what was typed so far, and every request decides
all of it anew. A typed code is not carried; the user chooses whether it was right.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final, Literal

from flask import abort, render_template, request, url_for

from flows.decision import Context, Say
from flows.events import Event
from flows.facts import Facts, ItemFact, PostmanFacts
from flows.grammar.text import MASK
from flows.machine import Standing
from flows.replay import what_if
from flows.replay.record import decode
from flows.replay.what_if import CannotBegin, Sandbox, WhatIfStep
from flows.replay.what_if_facts import Verdict
from messages.render import render
from postal.desk import sprints
from postal.desk.sprints import StoredSprint
from postal.people import roles
from store.database import Conn
from web import given
from web.desk.room import desk, reader, route, runtime
from web.desk.subjects import conversation_within

_MOST_STEPS: Final = 30
_LONGEST_TYPED: Final = 500
_LONGEST_WAIT: Final = 30 * 24 * 3600
_DAY: Final = timedelta(hours=20)  # a postman's items of the same delivery day
_WINDOW: Final[Mapping[str, Literal["code", "document"]]] = {"code": "code", "document": "document"}
_WAITS: Final = (60, 11 * 60, 3600, 4 * 3600, 24 * 3600)


@dataclass(frozen=True)
class _Tried:
    """One step that was tried: a text, a wait of `seconds`, or a visit to the window."""

    typed: str
    seconds: int
    verdict: Verdict
    window: Literal["code", "document"] | None = None


@route("/sprints/<int:id_>/what-if", "find", methods=("GET", "POST"))
def what_if_page(id_: int) -> str | tuple[str, int]:
    """Show what would follow from another answer."""
    side = "after" if request.values.get("side") == "after" else "before"

    def look(conn: Conn) -> tuple[StoredSprint, list[StoredSprint], str]:
        stored = sprints.look(conn, id_, "simulated", reader())
        if stored is None:
            abort(404)
        conversation_within(conn, stored.whose)
        earlier = sprints.before(conn, stored, stored.at - _DAY)
        languages = roles.languages(conn, [stored.whose])
        language = languages.get(stored.whose, runtime().settings.default_language)
        return stored, earlier, language

    stored, earlier, language = runtime().database.run(look)
    try:
        sandbox = _sandbox(stored, earlier, side)
    except (CannotBegin, KeyError, TypeError, ValueError):
        return render_template("desk/what_if.html", stored=stored, side=side, steps=None), 422
    tried = _tried()
    steps: list[WhatIfStep] = []
    for each in tried:
        steps.append(_step(sandbox, each))
        sandbox = steps[-1].then
    carried = [_carried(step, each) for step, each in zip(steps, tried, strict=True)]
    return render_template(
        "desk/what_if.html",
        stored=stored,
        side=side,
        steps=list(zip(steps, tried, strict=True)),
        carried=carried,
        sandbox=sandbox,
        speaks=language,
        waits=_WAITS,
        fetchable=what_if.fetchable(sandbox) is not None,
        full=len(steps) >= _MOST_STEPS,
        back=url_for("desk.conversation", conversation=stored.conversation_id),
    )


@desk.app_template_filter()
def spoken(say: Say, language: Any) -> str:
    """Return the text that a simulated decision would send."""
    return render(say.template, language, say.values).text


def _sandbox(stored: StoredSprint, earlier: list[StoredSprint], side: str) -> Sandbox:
    before = stored.state_before
    standing = Standing(
        before["state"],
        decode(before["context"], Context),
        stored.at.fromisoformat(before["entered_at"]),
    )
    items: dict[int, ItemFact] = {}
    for each in earlier:
        facts = decode(each.facts, Facts)
        if isinstance(facts, PostmanFacts):
            items |= {item.serial: item for item in facts.items if item.article is not None}
    begun = what_if.begin(
        stored.machine, standing, decode(stored.facts, Facts), tuple(items.values())
    )
    if side == "before":
        return begun
    return what_if.go_on(begun, decode(stored.event, Event))


def _tried() -> list[_Tried]:
    found: list[_Tried] = []
    for text in [*request.form.getlist("tried"), _typed_now()]:
        try:
            typed, seconds, verdict, *rest = json.loads(text)
            waited = max(0, int(seconds))
        except (ValueError, TypeError, OverflowError):
            continue
        sure: Verdict = "wrong" if verdict == "wrong" else "right"
        window = _WINDOW.get(str(rest[0])) if rest else None
        found.append(_Tried(str(typed)[:_LONGEST_TYPED], min(waited, _LONGEST_WAIT), sure, window))
    return found[:_MOST_STEPS]


def _typed_now() -> str:
    wait = given.whole(request.form, "wait", _LONGEST_WAIT)
    if wait:
        return json.dumps(["", wait, "right"])
    verdict = request.form.get("verdict", "right")
    if window := request.form.get("window"):
        return json.dumps(["", 0, verdict, window])
    typed = request.form.get("typed", "").strip()
    return json.dumps([typed, 0, verdict]) if typed else ""


def _step(sandbox: Sandbox, tried: _Tried) -> WhatIfStep:
    if tried.seconds:
        return what_if.wait(sandbox, tried.seconds)
    if tried.window:
        return what_if.at_window(sandbox, tried.window, tried.verdict)
    length = runtime().settings.code_length
    return what_if.answer(sandbox, tried.typed, length, tried.verdict)


def _carried(step: WhatIfStep, tried: _Tried) -> str:
    digits = "0" * runtime().settings.code_length
    typed = step.typed.replace(MASK, digits)
    return json.dumps([typed, tried.seconds, tried.verdict, tried.window])
