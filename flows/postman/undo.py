"""The undoing of a postman's last text, within two minutes; and which text is the last."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from functools import wraps

from flows.acts.codes import KillCode
from flows.acts.door import UndoApproach, UndoHandOver
from flows.acts.remarks import UndoRemark
from flows.decision import Act, Decision, Done, LastVisit, Role, Say, Tell
from flows.events import Undo
from flows.facts import ArticleFact, ItemFact, PostmanFacts
from flows.happenings import TakenBack
from flows.machine import Case, E, Handler
from flows.postman.visit import concerned
from flows.remarks import REFUSED

UNDO_WITHIN = timedelta(minutes=2)
COMES_WITHIN = timedelta(minutes=30)  # for a text written in time but delayed by a dead zone


def last_text(handler: Handler[E, LastVisit, PostmanFacts]) -> Handler[E, LastVisit, PostmanFacts]:
    """Let what `handler` answers be his last text: `0` undoes nothing that one before it did.

    What he asked of the office, or was asked back, and what was not understood are texts like any
    other; `00` and `99`, by which he looks what he wrote, are none. A dead zone's text, written
    before the last, is not his last.
    """

    @wraps(handler)
    def decide(case: Case[E, LastVisit, PostmanFacts]) -> Decision[LastVisit]:
        context, facts = case.context, case.facts
        if context.done and not written_before(context, facts):
            context = replace(context, done=(), at=facts.now, written_at=facts.written_at)
        return handler(Case(case.state, context, case.event, facts))

    return decide


def written_before(context: LastVisit, facts: PostmanFacts) -> bool:
    """Tell whether his text was written before his last one, and came after it."""
    last = context.written_at or context.at
    return facts.written_at is not None and last is not None and facts.written_at < last


_UNDO: dict[str, Callable[[str], Act]] = {
    "approach": UndoApproach,
    "handover": UndoHandOver,
    "remark": UndoRemark,
}


def undo(case: Case[Undo, LastVisit, PostmanFacts]) -> Decision[LastVisit]:
    """Undo what the last text did, unless somebody else has changed it since."""
    facts, context = case.facts, case.context
    standing = {item.article.number: item for item in facts.items if item.article}
    undoable = [
        done
        for done in context.done
        if _in_time(context, facts, standing.get(done.article))
        and _as_left(done, standing.get(done.article))
    ]
    if not undoable:
        return Decision(case.state, context, (Say("nothing_to_undo"),))
    acts: list[Act] = []
    for done in undoable:
        article = standing[done.article].article
        if done.what == "approach" and article is not None and article.code == "live":
            acts.append(KillCode(done.article, "undone"))
        acts.append(_UNDO[done.what](done.article))
    return Decision(
        "visiting" if _not_undone(context, undoable) else "ready",
        LastVisit(visiting=_not_undone(context, undoable), offer=context.offer),
        (_say_undone(undoable),),
        tuple(acts),
        tuple(
            tell for done in undoable for tell in _tell_undone(done, standing[done.article].article)
        ),
    )


def _in_time(context: LastVisit, facts: PostmanFacts, item: ItemFact | None) -> bool:
    """Tell whether the undo came in time, and was written after the text that it undoes.

    Also in time after he was told that he handed over without a code: remark 28 takes no digits, so
    somebody else may have said it while he had no network.
    """
    if context.at is None:
        return False
    said = facts.written_at or facts.now
    if (context.written_at or context.at) <= said <= context.at + UNDO_WITHIN:
        return facts.now - context.at <= COMES_WITHIN
    if item is None or item.article is None or not item.article.excepted or facts.told_at is None:
        return False
    in_time = facts.told_at <= said <= facts.told_at + UNDO_WITHIN
    return in_time and facts.now - facts.told_at <= COMES_WITHIN


_LEFT = {
    "approach": ("open", "out_for_delivery"),
    "handover": ("delivered", "delivered"),
    "remark": ("attempted", "attempted"),
}


def _as_left(done: Done, item: ItemFact | None) -> bool:
    """Tell whether the item is as that act left it: nobody has moved it or answered since.

    A remark that its witness has answered, or that led to another day, is not the postman's alone.
    """
    if item is None or item.article is None:
        return False
    article = item.article
    if done.what == "remark":
        if article.final:  # the office took the return
            return False
        answered = article.witness != "unconfirmed" and article.remark != REFUSED
        if answered or article.chosen_day is not None:
            return False
    return (item.state, article.state) == _LEFT[done.what]


def _not_undone(context: LastVisit, undone: list[Done]) -> tuple[str, ...]:
    gone = {done.article for done in undone if done.what == "approach"}
    return tuple(article for article in context.visiting if article not in gone)


def _say_undone(undone: list[Done]) -> Say:
    if len(undone) == 1:
        return Say("undone_one", {"serial": undone[0].serial}, undone[0].article)
    return Say("undone_many", {"count": len(undone)})


def _tell_undone(done: Done, article: ArticleFact | None) -> tuple[Tell, ...]:
    """Tell those who were told of the act: of an unproven remark, its witness and the sender."""
    event = TakenBack(done.article, done.what)
    if done.what == "approach":
        return (Tell("holder", event),)
    witness_only = article is None or (done.what == "remark" and article.remark != REFUSED)
    roles: tuple[Role, ...] = ("holder", "sender", "article")
    if article is not None and not witness_only:
        roles = concerned(article)
    return tuple(Tell(role, event) for role in roles)
