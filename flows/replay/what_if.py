"""What if something else had been answered? A sandbox of values, without effects.

It begins before or after a stored sprint, with that sprint's facts, and the real machines decide on
any input. The effects of a decision are applied to the facts (`ArticleAct.effect`), so that one can
continue; those who are told decide too, as at the beginning of their conversation. Codes are not
known here: the user says whether one was right.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal

from flows import machines
from flows.decision import Decision
from flows.events import (
    AskedBack,
    Event,
    Handover,
    NotUnderstood,
    Pass,
    Payment,
    TimedOut,
    Visit,
)
from flows.facts import (
    ArticleFact,
    ClockFacts,
    CodeVerdict,
    Facts,
    ItemFact,
    PartyFacts,
    PostmanFacts,
    RecipientFacts,
    WindowFact,
)
from flows.grammar.text import mask_codes, mask_spelled_codes
from flows.happenings import AtWindow, DocumentShown, Happening, ToldCodeAtWindow
from flows.machine import FlowError, Standing, deadline, decide, entered
from flows.replay.what_if_facts import (
    Playable,
    Verdict,
    aged,
    aged_item,
    apply,
    articles_of,
    item_with,
    judged,
    of_told,
    with_articles,
)

_DEEPEST = 4  # levels: who is told, who is told by them …
_SERVES, _AGREES = "clerk", "postmaster"  # of the staff at a hypothetical window


@dataclass(frozen=True)
class Sandbox:
    """A hypothetical conversation. `due_at`: when its time limit fires, if it has one."""

    machine: str
    standing: Standing
    facts: Playable
    items: tuple[ItemFact, ...] = ()  # a postman's, all that are known
    due_at: datetime | None = None

    @property
    def now(self) -> datetime:
        return self.facts.now


@dataclass(frozen=True)
class Consequence:
    """What one conversation would decide: whose, on what, and what it would say."""

    role: str
    event: str
    state_before: str
    decision: Decision


@dataclass(frozen=True)
class WhatIfStep:
    """One hypothetical answer. `typed` contains no code; `assumed`: the supposition about one."""

    typed: str
    event: str
    assumed: Verdict | None
    consequences: tuple[Consequence, ...]
    then: Sandbox


class CannotBegin(Exception):
    """A request for a sandbox that cannot begin here; the message says why."""


def begin(
    machine: str, standing: Standing, facts: Facts, items: tuple[ItemFact, ...] = ()
) -> Sandbox:
    """Return a sandbox with a sprint's facts. Raise `CannotBegin` if no text can come."""
    if not isinstance(facts, RecipientFacts | PostmanFacts | PartyFacts):
        raise CannotBegin(f"nobody types to the {machine}'s conversation")
    known = items
    if isinstance(facts, PostmanFacts):
        named = {item.serial for item in items}
        known = (*items, *(item for item in facts.items if item.serial not in named))
    return Sandbox(machine, standing, facts, known)


def go_on(sandbox: Sandbox, event: Event) -> Sandbox:
    """Return the sandbox after the real `event`, decided with the facts of that time."""
    return _step(sandbox, event, sandbox.facts, "", None).then


def answer(
    sandbox: Sandbox, typed: str, code_length: int, verdict: Verdict = "right"
) -> WhatIfStep:
    """Return what would follow if `typed` came now. Raise nothing, whatever is typed."""
    understood = machines.understand(sandbox.machine, typed, code_length)
    event = understood.event
    facts = _facts_for(sandbox, event, verdict)
    coded = isinstance(event, Visit) and any(
        isinstance(act, Handover) and act.proof == "code" for act in event.acts
    )
    unclear = isinstance(event, NotUnderstood | AskedBack) or coded
    shown = mask_spelled_codes(typed) if unclear else mask_codes(typed)
    return _step(sandbox, event, facts, shown, verdict if coded else None)


def fetchable(sandbox: Sandbox) -> ArticleFact | None:
    """Return the article of this conversation that lies at the office, if one does."""
    known = articles_of(sandbox.facts).values()
    return next((article for article in known if article.state == "at_office"), None)


def at_window(sandbox: Sandbox, says: Literal["code", "document"], verdict: Verdict) -> WhatIfStep:
    """Return what would follow if the person stood at the office window now.

    A document is shown before two of the staff. What is to be paid is paid.
    """
    kind = ToldCodeAtWindow if says == "code" else DocumentShown
    article, now = fetchable(sandbox), sandbox.now
    if article is None:
        return WhatIfStep("", kind.__name__, None, (), sandbox)
    number = article.number
    paid: Payment | None = "cash" if article.amount else None
    event: AtWindow = DocumentShown(number, _SERVES, paid, "aadhaar", _AGREES)
    window = WindowFact(by="clerk", second="postmaster")
    if says == "code":
        event = ToldCodeAtWindow(number, _SERVES, paid)
        mine = article.code_for == "window"
        window = replace(window, verdict=judged(article, verdict) if mine else "none")
    machine = machines.ALL["article"]
    lies = Standing("at_office", machine.context, now)
    decision = decide(machine, lies, event, ClockFacts(now, now.date(), article, window))
    articles = articles_of(sandbox.facts)
    apply(decision, articles, now)
    then = replace(sandbox, facts=with_articles(sandbox.facts, articles))
    found = [Consequence("article", kind.__name__, lies.state, decision)]
    for tell in decision.tells:
        if machines.of_role(tell.to).name == sandbox.machine:
            step = _step(then, tell.event, then.facts, "", None)
            then = step.then
            found += step.consequences
        else:
            found += _told(replace(decision, tells=(tell,)), articles, now, _DEEPEST)
    return WhatIfStep("", kind.__name__, verdict if says == "code" else None, tuple(found), then)


def wait(sandbox: Sandbox, seconds: int) -> WhatIfStep:
    """Return what would follow after silence for `seconds`: codes expire, time limits fire."""
    now = sandbox.now + timedelta(seconds=seconds)
    later = replace(sandbox, facts=aged(sandbox.facts, now))
    later = replace(later, items=tuple(aged_item(item, now) for item in sandbox.items))
    fires = sandbox.due_at is not None and sandbox.due_at <= now
    if fires and machines.ALL[sandbox.machine].transition(sandbox.standing.state, TimedOut):
        return _step(later, TimedOut(), later.facts, "", None)
    return WhatIfStep("", "", None, (), replace(later, due_at=None if fires else sandbox.due_at))


def _step(
    sandbox: Sandbox, event: Event, facts: Playable, shown: str, assumed: Verdict | None
) -> WhatIfStep:
    machine = machines.ALL[sandbox.machine]
    try:
        decision = decide(machine, sandbox.standing, event, facts)
    except FlowError:  # nothing answers it here
        return WhatIfStep(shown, type(event).__name__, assumed, (), sandbox)
    since = entered(machine, sandbox.standing, decision, sandbox.now)
    articles = articles_of(facts)
    apply(decision, articles, sandbox.now)
    first = Consequence(sandbox.machine, type(event).__name__, sandbox.standing.state, decision)
    told = _told(decision, articles, facts.now, _DEEPEST)
    then = replace(
        sandbox,
        standing=Standing(decision.state, decision.context, since),
        facts=with_articles(sandbox.facts, articles),
        items=tuple(item_with(item, articles) for item in sandbox.items),
        due_at=deadline(machine, decision, since),
    )
    return WhatIfStep(shown, type(event).__name__, assumed, (first, *told), then)


def _told(
    decision: Decision, articles: dict[str, ArticleFact], now: datetime, depth: int
) -> tuple[Consequence, ...]:
    """Return what those decide who are told, each as at the beginning of their conversation."""
    found: list[Consequence] = []
    for tell in decision.tells:
        event = tell.event
        if not isinstance(event, Happening) or event.article not in articles or not depth:
            continue
        machine = machines.of_role(tell.to)
        start = Standing(machine.initial, machine.context, now)
        facts = of_told(tell.to, articles[event.article], now)
        try:
            decided = decide(machine, start, event, facts)
        except (FlowError, AssertionError):
            continue
        apply(decided, articles, now)
        found.append(Consequence(tell.to, type(event).__name__, start.state, decided))
        found += _told(decided, articles, now, depth - 1)
    return tuple(found)


def _facts_for(sandbox: Sandbox, event: Event, verdict: Verdict) -> Playable:
    facts = sandbox.facts
    if not isinstance(facts, PostmanFacts):
        return facts
    refs = [act.item for act in event.acts] if isinstance(event, Visit) else []
    if isinstance(event, Pass):
        refs = [*event.items]
    coded = {
        act.item
        for act in (event.acts if isinstance(event, Visit) else ())
        if isinstance(act, Handover) and act.proof == "code"
    }
    items = tuple(_item(sandbox, ref, ref in coded, verdict) for ref in refs)
    return replace(facts, items=items, written_at=None)


def _item(sandbox: Sandbox, ref: str, coded: bool, verdict: Verdict) -> ItemFact:
    for item in sandbox.items:
        article = item.article
        if ref == str(item.serial) or (article is not None and ref == article.number):
            worth: CodeVerdict = "unchecked"
            if coded and article is not None:
                worth = judged(article, verdict)
            return replace(item, ref=ref, verdict=worth)
    serial = int(ref) if ref.isdigit() and len(ref) <= 3 else 0
    return ItemFact(ref, serial, "elsewhere", None)
