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
from flows.decision import ArticleAct, Decision, Role, Say
from flows.events import Event, Handover, NotUnderstood, TimedOut, Visit
from flows.facts import (
    ArticleFact,
    ClockFacts,
    CodeVerdict,
    Facts,
    ItemFact,
    Part,
    PartyFacts,
    PostmanFacts,
    RecipientFacts,
)
from flows.grammar.text import mask_codes, mask_spelled_codes
from flows.happenings import Happening
from flows.machine import FlowError, Standing, deadline, decide, entered

Playable = RecipientFacts | PostmanFacts | PartyFacts  # of those who can type
Verdict = Literal["right", "wrong"]
_DEEPEST = 4  # levels: who is told, who is told by them …


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
    unclear = isinstance(event, NotUnderstood) or coded
    shown = mask_spelled_codes(typed) if unclear else mask_codes(typed)
    return _step(sandbox, event, facts, shown, verdict if coded else None)


def wait(sandbox: Sandbox, seconds: int) -> WhatIfStep:
    """Return what would follow after silence for `seconds`: codes expire, time limits fire."""
    now = sandbox.now + timedelta(seconds=seconds)
    later = replace(sandbox, facts=_aged(sandbox.facts, now))
    later = replace(later, items=tuple(_aged_item(item, now) for item in sandbox.items))
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
    articles = _articles(facts)
    for act in decision.acts:
        if isinstance(act, ArticleAct) and act.article in articles:
            articles[act.article] = act.applied(articles[act.article], sandbox.now)
    for say in decision.says:
        _sent(articles, say)
    first = Consequence(sandbox.machine, type(event).__name__, sandbox.standing.state, decision)
    told = _told(decision, articles, facts.now, _DEEPEST)
    then = replace(
        sandbox,
        standing=Standing(decision.state, decision.context, since),
        facts=_with(sandbox.facts, articles),
        items=tuple(_with_article(item, articles) for item in sandbox.items),
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
        facts = _facts_of(tell.to, articles[event.article], now)
        try:
            decided = decide(machine, start, event, facts)
        except (FlowError, AssertionError):
            continue
        for act in decided.acts:
            if isinstance(act, ArticleAct) and act.article in articles:
                articles[act.article] = act.applied(articles[act.article], now)
        for say in decided.says:
            _sent(articles, say)
        found.append(Consequence(tell.to, type(event).__name__, start.state, decided))
        found += _told(decided, articles, now, depth - 1)
    return tuple(found)


def _facts_of(role: Role, article: ArticleFact, now: datetime) -> Facts:
    machine = machines.of_role(role).name
    today = now.date()
    if machine == "recipient":
        asked = role == "nominee" and article.nominee == "asked"
        part: Part = "asked" if asked else "addressee"
        mine = replace(article, part=part)
        return RecipientFacts(now, (mine,), "approach", 600, now, today=today)
    if machine == "postman":
        out = article.state == "out_for_delivery"
        item = ItemFact(article.number, 1, "open" if out else "withdrawn", article)
        return PostmanFacts(now, (item,), True, 1, 1)
    if machine == "article":
        return ClockFacts(now, today, article)
    return PartyFacts(now, article, today)


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
            judged: CodeVerdict = "unchecked"
            if coded and article is not None:
                judged = verdict if article.code == "live" else _worth(article)
                judged = "locked" if article.locked else judged
            return replace(item, ref=ref, verdict=judged)
    serial = int(ref) if ref.isdigit() and len(ref) <= 3 else 0
    return ItemFact(ref, serial, "elsewhere", None)


def _worth(article: ArticleFact) -> CodeVerdict:
    return {"none": "none", "expired": "expired"}.get(article.code, "stale")  # type: ignore[return-value]


def _articles(facts: Playable) -> dict[str, ArticleFact]:
    if isinstance(facts, RecipientFacts):
        return {article.number: article for article in facts.articles}
    if isinstance(facts, PostmanFacts):
        return {item.article.number: item.article for item in facts.items if item.article}
    return {facts.article.number: facts.article} if facts.article else {}


def _sent(articles: dict[str, ArticleFact], say: Say) -> None:
    if say.code_of in articles:
        article = articles[say.code_of]
        articles[article.number] = replace(article, code_sends=article.code_sends + 1)


def _with(facts: Playable, articles: dict[str, ArticleFact]) -> Playable:
    if isinstance(facts, RecipientFacts):
        return replace(facts, articles=tuple(articles.get(a.number, a) for a in facts.articles))
    if isinstance(facts, PostmanFacts):
        return replace(facts, items=())
    article = facts.article
    return replace(facts, article=articles.get(article.number, article) if article else None)


def _with_article(item: ItemFact, articles: dict[str, ArticleFact]) -> ItemFact:
    if item.article is None or item.article.number not in articles:
        return item
    article = articles[item.article.number]
    state = item.state
    if article.state in ("delivered", "attempted"):
        state = "delivered" if article.state == "delivered" else "attempted"
    elif article.state == "out_for_delivery":
        state = "open"
    return replace(item, article=article, state=state, verdict="unchecked")


def _aged(facts: Playable, now: datetime) -> Playable:
    articles = {number: _old(article, now) for number, article in _articles(facts).items()}
    return replace(_with(facts, articles), now=now)


def _aged_item(item: ItemFact, now: datetime) -> ItemFact:
    return replace(item, article=_old(item.article, now)) if item.article else item


def _old(article: ArticleFact, now: datetime) -> ArticleFact:
    over = article.code_expires_at is not None and article.code_expires_at <= now
    return replace(article, code="expired") if article.code == "live" and over else article
