"""What missed calls bring: the question by text, which they do not answer, or a call with a menu.

Caller ids are forged with an app: a call may only bring something to the number that called
(docs/developing/trust.md rule 8). `6` and "send my code" by call are in answers.py.
"""

from __future__ import annotations

from collections.abc import Iterator

from flows import remarks
from flows.acts.codes import IssueCode
from flows.acts.phone import ConfirmNumber
from flows.acts.reports import OpenTicket
from flows.decision import Asked, Decision, Say
from flows.events import CallMe, RepeatQuestion
from flows.facts import ArticleFact, RecipientFacts
from flows.machine import SAME, Case
from flows.recipient.answers import ASK_CODE, OBJECT_WITHIN, is_witness, release_code
from flows.recipient.moves import ask_holder, is_asked
from flows.recipient.states import MACHINE, digits, is_open, question, stay


@MACHINE.on(
    RepeatQuestion,
    to=("code", "out", SAME),
    says=(
        *ASK_CODE, "nothing_waiting", "nominee_ask", "nominee_thanks", "move_asked", "call_no",
        "call_noted",
        *(f"attempted_{each}" for each in remarks.QUESTIONS),
    ),
    acts=(IssueCode, ConfirmNumber, OpenTicket),
)  # fmt: skip
def repeat_question(case: Case[RepeatQuestion, Asked, RecipientFacts]) -> Decision[Asked]:
    facts = case.facts
    article = next(_asked_about(case), None)
    if article is None:
        return stay(case, Say("nothing_waiting"))
    if not facts.texts_arrive:
        acts = (OpenTicket("person", article.number),)
        return Decision(case.state, case.context, (digits("call_noted", article),), acts)
    asks = _question(case, article)
    if asks is not None:
        return Decision(case.state, Asked(article.number), (asks,))
    if case.event.meaning == "yes":
        return release_code(case, article)
    return Decision(case.state, Asked(article.number), (digits("call_no", article),))


@MACHINE.on(CallMe, says=("recipient_menu", "nothing_waiting"))
def call_me(case: Case[CallMe, Asked, RecipientFacts]) -> Decision[Asked]:
    """Call the telephone back and let it choose by keys; beyond the limit of calls, by text.

    Who called hears nothing: a caller's number is easily faked, so the one that it names is called.
    """
    if not case.facts.articles:  # nobody who expects no post is called
        return stay(case, Say("nothing_waiting"))
    may = case.facts.may_call and case.facts.may_send_code
    return stay(case, Say("recipient_menu", channel="voice" if may else "text"))


def _asked_about(case: Case[RepeatQuestion, Asked, RecipientFacts]) -> Iterator[ArticleFact]:
    """Return what the call can be about, the likeliest first: asked, mentioned last, newest."""
    newest = tuple(reversed(case.facts.articles))
    mentioned = [each for each in newest if each.number == case.context.article]
    for article in (*mentioned, *newest):
        if _question(case, article) is not None:
            yield article
    for article in (*mentioned, *newest):
        if is_open(article) or (case.event.meaning == "no" and _just_came(case.facts, article)):
            yield article


def _just_came(facts: RecipientFacts, article: ArticleFact) -> bool:
    return article.delivered_at is not None and facts.now - article.delivered_at <= OBJECT_WITHIN


def _question(
    case: Case[RepeatQuestion, Asked, RecipientFacts], article: ArticleFact
) -> Say | None:
    """Return the question about `article` that this telephone has not answered."""
    if article.part == "asked":
        return digits("nominee_ask", article)
    if is_asked(article):
        return ask_holder(article)
    if article.remark is not None and is_witness(article, case.state, case.context):
        return question(article, article.remark)
    return None
