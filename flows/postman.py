"""The postman's conversation: he says where he is going and what became of each item.

Digits only, several items in a text (DOMAIN.md, phone manners). Every text is answered by one text.
Each item of a text is judged by itself (`_judge`); the answer speaks of the one item, or sums up.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from flows.decision import (
    Act,
    CountWrongCode,
    Decision,
    Done,
    HandOver,
    KillCode,
    LastVisit,
    MarkApproached,
    RecordRemark,
    Say,
    Tell,
    UndoApproach,
    UndoHandOver,
    UndoRemark,
)
from flows.events import (
    Approach,
    Approached,
    AskHelp,
    AskLeft,
    AskStatus,
    Attempted,
    FraudReported,
    HandedOver,
    Handover,
    NotUnderstood,
    Remark,
    TakenBack,
    TimedOut,
    TriesRanOut,
    Undo,
    Visit,
    VisitAct,
)
from flows.facts import TRIES_PER_DAY, ArticleFact, ItemFact, PostmanFacts
from flows.machine import Machine, State, Turn

UNDO_WITHIN = timedelta(minutes=2)
REMARKS = frozenset(range(11, 28))
# Faults of the system, the network or the office never count as a door attempt (DOMAIN rule 4).
NEVER_COUNTED = frozenset((18, 20, 21, 22, 23, 24, 25, 26))

MACHINE = Machine(
    name="postman",
    meaning="a postman with his list of today",
    states=(
        State("ready", "between two doors"),
        State("visiting", "on his way to items whose codes are out", 30 * 60, times_out=True),
    ),
    context=LastVisit(),
)


@dataclass(frozen=True)
class Outcome:
    """What became of one item of a text. `done` is None where nothing was done."""

    say: Say
    acts: tuple[Act, ...] = ()
    tells: tuple[Tell, ...] = ()
    done: Done | None = None


def _serial(template: str, item: ItemFact, **values: int) -> Say:
    number = item.article.number if item.article else None
    return Say(template, {"serial": item.serial, **values}, number)


def _first(template: str, item: ItemFact, article: ArticleFact) -> Say:
    """A text that names the digits which the postman must say first."""
    return Say(template, {"serial": item.serial, "digits": article.digits}, article.number)


# ---- one item ----------------------------------------------------------------------------------

_CLOSED = {"delivered": "already_delivered", "attempted": "item_closed", "withdrawn": "item_closed"}


def _judge(act: VisitAct, item: ItemFact) -> Outcome:
    """What the postman's word on one item leads to."""
    article = item.article
    if item.state == "elsewhere" or article is None:
        if item.ref.isdigit():
            return Outcome(_serial("not_on_list", item))
        return Outcome(Say("not_yours", {"article": item.ref}))
    if item.state != "open":
        return Outcome(_serial(_CLOSED[item.state], item))
    if isinstance(act, Approach):
        return _judge_approach(item, article)
    if isinstance(act, Remark):
        return _judge_remark(act, item, article)
    return _judge_handover(act, item, article)


def _judge_approach(item: ItemFact, article: ArticleFact) -> Outcome:
    done = Done("approach", item.serial, article.number)
    if not article.otp_required:
        acts = (MarkApproached(article.number),)
        return Outcome(_first("approach_plain", item, article), acts, (), done)
    if article.locked:
        return Outcome(_serial("approach_locked", item))
    return Outcome(
        _first("approach_one", item, article),
        (MarkApproached(article.number),),
        (Tell("recipient", Approached(article.number)),),
        done,
    )


def _judge_remark(act: Remark, item: ItemFact, article: ArticleFact) -> Outcome:
    if act.remark not in REMARKS:
        return Outcome(Say("remark_unknown", {"remark": act.remark}, article.number))
    acts: tuple[Act, ...] = (
        RecordRemark(article.number, act.remark, act.remark not in NEVER_COUNTED),
    )
    if article.code == "live":
        acts = (KillCode(article.number, "remark"), *acts)
    return Outcome(
        _serial("remark_noted", item, remark=act.remark),
        acts,
        (Tell("recipient", Attempted(article.number, act.remark)),),
        Done("remark", item.serial, article.number),
    )


def _judge_handover(act: Handover, item: ItemFact, article: ArticleFact) -> Outcome:
    if act.proof == "malformed":
        return Outcome(_serial("code_malformed", item))
    if act.proof == "signature" and article.otp_required:
        return Outcome(_serial("code_needed", item))
    if act.proof == "code" and not article.otp_required:
        return Outcome(_first("approach_plain", item, article))
    refusal = _judge_payment(act, item, article)
    if refusal is not None:
        return refusal
    if act.proof == "code" and item.verdict != "right":
        return _refuse_code(item, article)
    return Outcome(
        _say_handed_over(act, item, article),
        (HandOver(article.number, act.proof, act.payment),),
        (
            Tell("recipient", HandedOver(article.number)),
            Tell("sender", HandedOver(article.number)),
        ),
        Done("handover", item.serial, article.number),
    )


def _judge_payment(act: Handover, item: ItemFact, article: ArticleFact) -> Outcome | None:
    """COD is settled in the text that hands over; a wrong code is told before the money."""
    if act.proof == "code" and item.verdict not in ("right", "unchecked"):
        return None
    if article.amount and act.payment is None:
        return Outcome(_serial("ask_payment", item, amount=article.amount))
    if not article.amount and act.payment is not None:
        return Outcome(_serial("no_payment_due", item))
    return None


def _say_handed_over(act: Handover, item: ItemFact, article: ArticleFact) -> Say:
    if act.payment is None:
        return _first("handed_over", item, article)
    return _serial(f"handed_over_{act.payment}", item, amount=article.amount)


def _refuse_code(item: ItemFact, article: ArticleFact) -> Outcome:
    templates = {
        "expired": "code_expired",
        "stale": "code_used",
        "none": "no_code_yet",
        "locked": "tries_over",
    }
    if item.verdict in templates:
        return Outcome(_serial(templates[item.verdict], item))
    number = article.number
    left = TRIES_PER_DAY - article.wrong_tries - 1
    if left > 0:
        return Outcome(_serial("wrong_code", item, tries=left), (CountWrongCode(number),))
    return Outcome(
        _serial("tries_over", item),
        (CountWrongCode(number), KillCode(number, "tries")),
        (Tell("recipient", TriesRanOut(number)), Tell("office", TriesRanOut(number))),
    )


# ---- a text about items ------------------------------------------------------------------------


@MACHINE.on(
    Visit,
    to=("ready", "visiting"),
    says=(
        *("approach_one", "approach_many", "approach_plain", "approach_locked"),
        *("handed_over", "handed_over_cash", "handed_over_upi", "ask_payment", "no_payment_due"),
        *("wrong_code", "code_expired", "code_used", "no_code_yet", "tries_over", "code_needed"),
        *("code_malformed", "not_on_list", "not_yours", "already_delivered", "item_closed"),
        *("remark_noted", "remark_unknown", "batch_done", "batch_partly", "no_list"),
    ),
    acts=(MarkApproached, HandOver, RecordRemark, CountWrongCode, KillCode),
    tells=("recipient", "sender", "office"),
)
def visit(turn: Turn) -> Decision:
    facts: PostmanFacts = turn.facts
    if not facts.has_list and all(item.ref.isdigit() for item in facts.items):
        return Decision(turn.state, turn.context, (Say("no_list"),))
    outcomes = [_judge(act, item) for act, item in zip(turn.event.acts, facts.items, strict=True)]
    done = tuple(outcome.done for outcome in outcomes if outcome.done is not None)
    context: LastVisit = turn.context
    if done:
        context = LastVisit(done, facts.now, _still_visiting(context, done))
    return Decision(
        "visiting" if context.visiting else "ready",
        context,
        (_answer(outcomes, facts.items),),
        tuple(act for outcome in outcomes for act in outcome.acts),
        tuple(tell for outcome in outcomes for tell in outcome.tells),
    )


def _still_visiting(context: LastVisit, done: tuple[Done, ...]) -> tuple[str, ...]:
    closed = {act.article for act in done if act.what != "approach"}
    ways = (*context.visiting, *(act.article for act in done if act.what == "approach"))
    return tuple(article for article in dict.fromkeys(ways) if article not in closed)


def _answer(outcomes: list[Outcome], items: tuple[ItemFact, ...]) -> Say:
    """One text for all: the item's own words, or a sum that names the first one not done."""
    if len(outcomes) == 1:
        return outcomes[0].say
    done = [outcome.done for outcome in outcomes if outcome.done is not None]
    missed = [item for item, outcome in zip(items, outcomes, strict=True) if outcome.done is None]
    if missed:
        values = {"done": len(done), "failed": len(missed), "serial": missed[0].serial}
        return Say("batch_partly", values)
    if all(act.what == "approach" for act in done):
        return Say("approach_many", {"count": len(done)})
    return Say("batch_done", {"count": len(done)})


# ---- undo --------------------------------------------------------------------------------------

_UNDO: dict[str, Callable[[str], Act]] = {
    "approach": UndoApproach,
    "handover": UndoHandOver,
    "remark": UndoRemark,
}


@MACHINE.on(
    Undo,
    to=("ready", "visiting"),
    says=("undone_one", "undone_many", "nothing_to_undo"),
    acts=(UndoApproach, UndoHandOver, UndoRemark, KillCode),
    tells=("recipient", "sender"),
)
def undo(turn: Turn) -> Decision:
    facts, context = turn.facts, turn.context
    standing = {item.article.number: item for item in facts.items if item.article}
    undoable = [
        done
        for done in context.done
        if facts.now - context.at <= UNDO_WITHIN and _as_left(done, standing.get(done.article))
    ]
    if not undoable:
        return Decision(turn.state, context, (Say("nothing_to_undo"),))
    acts: list[Act] = []
    for done in undoable:
        article = standing[done.article].article
        if done.what == "approach" and article is not None and article.code == "live":
            acts.append(KillCode(done.article, "undone"))
        acts.append(_UNDO[done.what](done.article))
    return Decision(
        "visiting" if _not_undone(context, undoable) else "ready",
        LastVisit(visiting=_not_undone(context, undoable)),
        (_say_undone(undoable),),
        tuple(acts),
        tuple(tell for done in undoable for tell in _tell_undone(done)),
    )


def _as_left(done: Done, item: ItemFact | None) -> bool:
    """The item still stands as that act left it: nobody else has moved it since."""
    states = {"approach": "open", "handover": "delivered", "remark": "attempted"}
    return item is not None and item.state == states[done.what]


def _not_undone(context: LastVisit, undone: list[Done]) -> tuple[str, ...]:
    gone = {done.article for done in undone if done.what == "approach"}
    return tuple(article for article in context.visiting if article not in gone)


def _say_undone(undone: list[Done]) -> Say:
    if len(undone) == 1:
        return Say("undone_one", {"serial": undone[0].serial}, undone[0].article)
    return Say("undone_many", {"count": len(undone)})


def _tell_undone(done: Done) -> tuple[Tell, ...]:
    event = TakenBack(done.article, done.what)
    return (Tell("recipient", event), Tell("sender", event))


# ---- questions, news, time ---------------------------------------------------------------------


@MACHINE.on(AskLeft, says=("left", "left_none", "no_list"))
def ask_left(turn: Turn) -> Decision:
    facts: PostmanFacts = turn.facts
    if not facts.has_list:
        say = Say("no_list")
    elif facts.next_serial is None:
        say = Say("left_none")
    else:
        say = Say("left", {"count": facts.left, "serial": facts.next_serial})
    return Decision(turn.state, turn.context, (say,))


@MACHINE.on(AskHelp, says=("postman_help",))
def ask_help(turn: Turn) -> Decision:
    return Decision(turn.state, turn.context, (Say("postman_help"),))


@MACHINE.on(NotUnderstood, AskStatus, says=("not_understood",))
def not_understood(turn: Turn) -> Decision:
    return Decision(turn.state, turn.context, (Say("not_understood"),))


@MACHINE.on(FraudReported, says=("fraud_alert",))
def fraud_alert(turn: Turn) -> Decision:
    facts: PostmanFacts = turn.facts
    says = tuple(_first("fraud_alert", item, item.article) for item in facts.items if item.article)
    return Decision(turn.state, turn.context, says)


@MACHINE.on(TimedOut, states=("visiting",), to=("ready",), says=("nudge",))
def nudge(turn: Turn) -> Decision:
    """Half an hour after the approach: what became of it? Asked once."""
    facts: PostmanFacts = turn.facts
    waiting = [item for item in facts.items if item.state == "open" and item.approached]
    says = (_serial("nudge", waiting[0]),) if waiting else ()
    return Decision("ready", LastVisit(turn.context.done, turn.context.at), says)
