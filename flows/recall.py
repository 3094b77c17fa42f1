"""The conversation about an article's recall: half an hour in which the sender can object.

docs/developing/trust.md rule 7
"""

from __future__ import annotations

from flows import trust
from flows.acts.codes import KillCode
from flows.acts.hold import EndRecall, RecallArticle
from flows.decision import Decision, Nothing, Tell
from flows.events import TimedOut
from flows.facts import MoveFacts
from flows.happenings import RecallAsked, Recalled, RecallEnded
from flows.machine import Case, Machine, State
from flows.postman.visit import concerned

MACHINE = Machine(
    name="recall",
    meaning="whether the sender gets the article back",
    states=(
        State("still", "nobody wants it back"),
        State(
            "waiting",
            "the sender wants it back, and can still object",
            int(trust.RECALL_AFTER.total_seconds()),
            times_out=True,
        ),
    ),
    context=Nothing(),
    facts=MoveFacts,
)


@MACHINE.on(RecallAsked, to=("waiting",))
def asked(case: Case[RecallAsked, Nothing, MoveFacts]) -> Decision[Nothing]:
    return Decision("waiting", case.context)


@MACHINE.on(RecallEnded, to=("still",), acts=(EndRecall,))
def objected(case: Case[RecallEnded, Nothing, MoveFacts]) -> Decision[Nothing]:
    article = case.facts.article
    acts = (EndRecall(article.number, "objected"),) if article.recalling else ()
    return Decision("still", case.context, (), acts)


@MACHINE.on(
    TimedOut,
    states=("waiting",),
    to=("still",),
    acts=(RecallArticle, EndRecall, KillCode),
    tells=("recipient", "nominee", "sender", "article"),
)
def over(case: Case[TimedOut, Nothing, MoveFacts]) -> Decision[Nothing]:
    """Call it back, unless it went out or its way ended meanwhile; tell the sender either way."""
    article = case.facts.article
    number = article.number
    if not article.recalling:
        return Decision("still", case.context)
    if trust.recall(article) != "later":
        event = RecallEnded(number)
        return Decision(
            "still", case.context, (), (EndRecall(number, "late"),), (Tell("sender", event),)
        )
    recalled = Recalled(number)
    kill = (KillCode(number, "withdrawn"),) if article.code == "live" else ()
    return Decision(
        "still",
        case.context,
        (),
        (*kill, RecallArticle(number)),
        tuple(Tell(role, recalled) for role in concerned(article)),
    )
