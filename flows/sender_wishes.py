"""What a sender can wish: he proves himself, corrects the number, wants the article back.

docs/developing/trust.md rules 2 to 4 and rule 7
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from flows import status, trust
from flows.acts.codes import KillCode
from flows.acts.hold import AskRecall
from flows.acts.moves import AskMove, CountWrongQuote, MarkSenderProven, Relink
from flows.acts.nominee import EndNomination
from flows.acts.reports import OpenTicket
from flows.decision import Act, Decision, Nothing, Say, Tell
from flows.events import CorrectNumber, ProveSender, Recall, StopRecall
from flows.facts import ArticleFact, ArticleState, PartyFacts
from flows.happenings import (
    ExceptionAsked,
    MoveAsked,
    MoveDenied,
    MoveLapsed,
    NamedForMove,
    RecallAsked,
    RecallEnded,
    Relinked,
    SenderProved,
)
from flows.machine import Case
from flows.move import relinked
from flows.sender import SENDER
from flows.status import OfArticle


def wrong(
    case: Case[OfArticle, Nothing, PartyFacts], article: ArticleFact
) -> Decision[Nothing] | None:
    """Return the answer to digits that are wrong, or too many; None where they are not."""
    if article.quote == "wrong":
        answer = status.news("sender_quote_wrong", case)
        return replace(answer, acts=(CountWrongQuote(article.number),))
    return status.news("sender_quote_locked", case) if article.quote == "locked" else None


def proven(article: ArticleFact) -> tuple[Act, ...]:
    """Remember that the sender proved himself, where he does so now."""
    now = article.quote == "right" and not article.proven
    return (MarkSenderProven(article.number),) if now else ()


# Why a wish comes too late, by the article's state; its sender is told that state when he asks.
TOO_LATE: dict[ArticleState, str] = {
    "out_for_delivery": "sender_out",
    "delivered": "sender_over",
    "returned": "sender_over",
    "recalled": "sender_over",
}
WRONG_QUOTE = ("sender_quote_wrong", "sender_quote_locked", "sender_menu")


@SENDER.on(
    ProveSender,
    says=(*WRONG_QUOTE, "sender_proven"),
    acts=(MarkSenderProven, CountWrongQuote),
)
def prove(case: Case[ProveSender, Nothing, PartyFacts]) -> Decision[Nothing]:
    article = case.facts.article
    if article is None:
        return Decision(case.state, case.context, (Say("sender_menu"),))
    said = replace(status.news("sender_proven", case), acts=proven(article))
    return wrong(case, article) or said


@SENDER.on(SenderProved, acts=(MarkSenderProven, CountWrongQuote))
def proved(case: Case[SenderProved, Nothing, PartyFacts]) -> Decision[Nothing]:
    """Believe the digits that the counter or the department's software was given."""
    article = case.facts.article
    if article is None or article.quote not in ("right", "wrong"):
        return Decision(case.state, case.context)
    number = article.number
    if article.quote == "wrong":
        return Decision(case.state, case.context, (), (CountWrongQuote(number),))
    acts = () if article.proven else (MarkSenderProven(number, case.event.how),)
    return Decision(case.state, case.context, (), acts)


@SENDER.on(
    Recall,
    says=(
        *(*WRONG_QUOTE, "sender_recall_asked", "sender_unproven"),
        *dict.fromkeys(TOO_LATE.values()),
    ),
    acts=(AskRecall, MarkSenderProven, CountWrongQuote, OpenTicket),
    tells=("recall",),
)
def recall(case: Case[Recall, Nothing, PartyFacts]) -> Decision[Nothing]:
    """Call it back in half an hour, in which whoever holds the sender's telephone can object."""
    article = case.facts.article
    if article is None:
        return Decision(case.state, case.context, (Say("sender_menu"),))
    refused, now_proven = wrong(case, article), proven(article)
    if refused is not None:
        return refused
    match trust.recall(article):
        case "state":
            return replace(status.news(TOO_LATE[article.state], case), acts=now_proven)
        case "unproven":
            return unproven(case)
    asked = status.news("sender_recall_asked", case)
    if article.recalling:
        return replace(asked, acts=now_proven)
    return replace(
        asked,
        acts=(*now_proven, AskRecall(article.number)),
        tells=(Tell("recall", RecallAsked(article.number)),),
    )


def _too_late(article: ArticleFact) -> str:
    return TOO_LATE.get(article.state, "sender_not_now")


def unproven(case: Case[OfArticle, Nothing, PartyFacts]) -> Decision[Nothing]:
    """Open a ticket and say how the sender proves himself; nothing is done."""
    answer = status.news("sender_unproven", case)
    return replace(answer, acts=(OpenTicket("unproven", case.event.article),))


@SENDER.on(
    StopRecall, says=("sender_recall_stopped", "sender_menu"), acts=(OpenTicket,), tells=("recall",)
)
def stop_recall(case: Case[StopRecall, Nothing, PartyFacts]) -> Decision[Nothing]:
    article = case.facts.article
    if article is None or not article.recalling:
        return Decision(case.state, case.context, (Say("sender_menu"),))
    number = article.number
    return Decision(
        case.state,
        case.context,
        (Say("sender_recall_stopped", {"article": number}, number),),
        (OpenTicket("move", number),),
        (Tell("recall", RecallEnded(number)),),
    )


@SENDER.on(
    CorrectNumber,
    says=(
        *WRONG_QUOTE,
        "sender_relinked",
        "sender_move_asked",
        "sender_bad_number",
        "sender_not_now",
        *dict.fromkeys(TOO_LATE.values()),
        "sender_at_office",
        "sender_unproven",
    ),
    acts=(
        Relink,
        AskMove,
        EndNomination,
        KillCode,
        MarkSenderProven,
        CountWrongQuote,
        OpenTicket,
    ),
    tells=("recipient", "nominee", "article", "move", "named"),
)
def correct_number(case: Case[CorrectNumber, Nothing, PartyFacts]) -> Decision[Nothing]:
    """Ask the present holder, whose code it is; do it at once where he said that it is not his."""
    facts = case.facts
    if facts.article is None:
        return Decision(case.state, case.context, (Say("sender_menu"),))
    if not case.event.phone:
        return status.news("sender_bad_number", case)
    article, phone = facts.article, case.event.phone
    refused, now_proven = wrong(case, article), proven(article)
    if refused is not None:
        return refused
    number = article.number
    answer = trust.move(article, "sender", facts.proof, facts.named_is_staff)
    if answer in ("unproven", "second"):
        return unproven(case)
    if answer == "done":
        acts, tells = relinked(article, phone, "sender", None)
        said = status.news("sender_relinked", case)
        return replace(said, acts=(*now_proven, *acts), tells=tells)
    if answer == "holder":
        said = status.news("sender_move_asked", case)
        if article.asked:
            return replace(said, acts=now_proven)
        return replace(
            said,
            acts=(*now_proven, AskMove(number, phone, "sender")),
            tells=(
                Tell("recipient", MoveAsked(number)),
                Tell("named", NamedForMove(number)),
                Tell("move", MoveAsked(number)),
            ),
        )
    template = {"state": _too_late(article), "staff": "sender_bad_number"}
    return replace(status.news(template.get(answer, "sender_at_office"), case), acts=now_proven)


for _event, _template in (
    (MoveDenied, "sender_move_denied"),
    (MoveLapsed, "sender_move_lapsed"),
    (Relinked, "sender_relinked"),
    (RecallEnded, "sender_not_now"),
    (ExceptionAsked, "sender_number_named"),
):
    SENDER.on(_event, says=(_template,))(partial(status.news, _template))
