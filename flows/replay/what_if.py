"""What if something else had been answered? A sandbox of values: it touches nothing.

It begins where a stored sprint began or ended, with that sprint's facts, and decides whatever is
typed with the machines that decide for real. What a decision does is applied to the facts
(`ArticleAct.effect`), so one can go on; whoever is told of it decides too, as from the beginning of
their conversation. Codes are not known here: whether one was right is said by whoever plays.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal

from flows import machines
from flows.decision import Decision
from flows.events import Event, Handover, NotUnderstood, Payment, TimedOut, Visit
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

_DEEPEST = 4  # who is told, who is told by them …
_SERVES, _AGREES = "clerk", "postmaster"  # of the staff at an imagined window


@dataclass(frozen=True)
class Sandbox:
    """A conversation that is only imagined. `due_at`: when its time limit fires, if it has one."""

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
    """What one conversation would decide: of whom, on what, and what it would say."""

    role: str
    event: str
    state_before: str
    decision: Decision


@dataclass(frozen=True)
class Step:
    """One answer, imagined. `typed` holds no code; `assumed`: what was taken for granted of one."""

    typed: str
    event: str
    assumed: Verdict | None
    consequences: tuple[Consequence, ...]
    then: Sandbox


class CannotImagine(Exception):
    """No sandbox begins here; the message says why."""


def begin(
    machine: str, standing: Standing, facts: Facts, items: tuple[ItemFact, ...] = ()
) -> Sandbox:
    """A sandbox on what was known at a sprint. Raises `CannotImagine` for what hears no texts."""
    if not isinstance(facts, RecipientFacts | PostmanFacts | PartyFacts):
        raise CannotImagine(f"nobody types to the {machine}'s conversation")
    known = items
    if isinstance(facts, PostmanFacts):
        named = {item.serial for item in items}
        known = (*items, *(item for item in facts.items if item.serial not in named))
    return Sandbox(machine, standing, facts, known)


def go_on(sandbox: Sandbox, event: Event) -> Sandbox:
    """Behind what really came: `event`, decided on the facts that were known then."""
    return _step(sandbox, event, sandbox.facts, "", None).then


def answer(sandbox: Sandbox, typed: str, code_length: int, verdict: Verdict = "right") -> Step:
    """What would follow if `typed` came now. Never raises, whatever is typed."""
    understood = machines.understand(sandbox.machine, typed, code_length)
    event = understood.event
    facts = _facts_for(sandbox, event, verdict)
    coded = isinstance(event, Visit) and any(
        isinstance(act, Handover) and act.proof == "code" for act in event.acts
    )
    unclear = isinstance(event, NotUnderstood) or coded
    shown = mask_spelled_codes(typed) if unclear else mask_codes(typed)
    return _step(sandbox, event, facts, shown, verdict if coded else None)


def fetchable(sandbox: Sandbox) -> ArticleFact | None:
    """Return the article of this conversation that lies at the office, if one does."""
    known = articles_of(sandbox.facts).values()
    return next((article for article in known if article.state == "at_office"), None)


def at_window(sandbox: Sandbox, says: Literal["code", "document"], verdict: Verdict) -> Step:
    """Return what would follow if the person stood at the office window now.

    A document is shown before two of the staff. What is to be paid is paid.
    """
    kind = ToldCodeAtWindow if says == "code" else DocumentShown
    article, now = fetchable(sandbox), sandbox.now
    if article is None:
        return Step("", kind.__name__, None, (), sandbox)
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
    return Step("", kind.__name__, verdict if says == "code" else None, tuple(found), then)


def wait(sandbox: Sandbox, seconds: int) -> Step:
    """What would follow if nobody typed anything for `seconds`: codes run out, time limits fire."""
    now = sandbox.now + timedelta(seconds=seconds)
    later = replace(sandbox, facts=aged(sandbox.facts, now))
    later = replace(later, items=tuple(aged_item(item, now) for item in sandbox.items))
    fires = sandbox.due_at is not None and sandbox.due_at <= now
    if fires and machines.ALL[sandbox.machine].transition(sandbox.standing.state, TimedOut):
        return _step(later, TimedOut(), later.facts, "", None)
    return Step("", "", None, (), replace(later, due_at=None if fires else sandbox.due_at))


def _step(
    sandbox: Sandbox, event: Event, facts: Playable, shown: str, assumed: Verdict | None
) -> Step:
    machine = machines.ALL[sandbox.machine]
    try:
        decision = decide(machine, sandbox.standing, event, facts)
    except FlowError:  # nothing answers it here: nothing follows
        return Step(shown, type(event).__name__, assumed, (), sandbox)
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
    return Step(shown, type(event).__name__, assumed, (first, *told), then)


def _told(
    decision: Decision, articles: dict[str, ArticleFact], now: datetime, depth: int
) -> tuple[Consequence, ...]:
    """What those decide who are told; each as if it were the beginning of their conversation."""
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
