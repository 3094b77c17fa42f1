"""What a postman's word on one item leads to, and how a whole text is answered.

Each item of a text is judged separately; the answer is about the single item, or a summary.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from flows import remarks
from flows.acts.codes import CountWrongCode, KillCode
from flows.acts.door import HandOver, MarkApproached, can_miss
from flows.acts.exception import EndException
from flows.acts.household import CountWrongWord
from flows.acts.remarks import RecordRemark
from flows.acts.reports import OpenTicket, ReportLate
from flows.decision import Act, Done, Role, Say, Tell
from flows.events import Approach, Handover, HandoverProof, Payment, Remark, VisitAct
from flows.facts import TRIES_PER_DAY, ArticleFact, ItemFact, PostmanFacts
from flows.grammar.late import APPROACH_OVER
from flows.grammar.postman_numbers import NEW_NUMBER
from flows.happenings import (
    Approached,
    Attempted,
    Excepted,
    ExceptionOver,
    GivenOnWord,
    HandedOver,
    RefusalClaimed,
    Refused,
    SignedFor,
    TriesRanOut,
    WordTried,
)
from flows.status import named_pieces
from flows.trust import (
    MOST_APPROACHES,
    MOST_WORDS,
    exception,
    may_go_without,
    signature,
    takers,
    word,
)


@dataclass(frozen=True)
class Outcome:
    """The result for one item of a text. `done` is None if nothing was done."""

    say: Say
    acts: tuple[Act, ...] = ()
    tells: tuple[Tell, ...] = ()
    done: Done | None = None


def say_item(template: str, item: ItemFact, **values: int | str) -> Say:
    number = item.article.number if item.article else None
    return Say(template, {"serial": item.serial, **values}, number)


def say_first(template: str, item: ItemFact, article: ArticleFact) -> Say:
    """Return a text that names the digits which the postman must say first."""
    return Say(template, {"serial": item.serial, "digits": article.digits}, article.number)


_CLOSED = {"delivered": "already_delivered", "attempted": "item_closed"}


def closed(item: ItemFact, article: ArticleFact) -> Say:
    """Return the text that says why an item is closed."""
    if item.state != "withdrawn":
        return say_item(_CLOSED[item.state], item)
    wished = article.chosen_day is not None or article.state == "at_office"
    return say_item("item_withdrawn" if wished else "item_gone", item)


def judge(act: VisitAct, item: ItemFact, facts: PostmanFacts) -> Outcome:
    """Return what the postman's word on one item leads to."""
    article = item.article
    if item.state == "elsewhere" or article is None:
        if item.ref.isdigit():
            return Outcome(say_item("not_on_list", item))
        return Outcome(Say("not_yours", {"article": item.ref}))
    if item.verdict == "late":
        return _report_late(item, article, facts)
    if item.state != "open":
        return Outcome(closed(item, article))
    if isinstance(act, Approach):
        if article.coded and is_over(item, facts):
            return Outcome(say_item("approach_late", item))
        return _judge_approach(item, article)
    if isinstance(act, Remark):
        return _with_question_over(_judge_remark(act, item, article), article)
    handed = _with_evidence(_judge_handover(act, item, article, facts.now), facts)
    return _with_question_over(handed, article)


def _with_question_over(outcome: Outcome, article: ArticleFact) -> Outcome:
    """End with the visit what its postman asked the office; one that he used ended by it."""
    used = any(isinstance(act, HandOver) and act.proof == "exception" for act in outcome.acts)
    if outcome.done is None or outcome.done.what == "approach" or used:
        return outcome
    return replace(outcome, tells=(*outcome.tells, *exception_over(article)))


def exception_over(article: ArticleFact) -> tuple[Tell, ...]:
    """Return who learns that nobody need answer any more what was asked of the office."""
    if article.exception == "none":
        return ()
    return (Tell("exception", ExceptionOver(article.number)),)


def _report_late(item: ItemFact, article: ArticleFact, facts: PostmanFacts) -> Outcome:
    """Report a right code that came too late: it hands nothing over, but is not lost."""
    template = "late_ticket" if item.state == "open" else "late_closed"
    return Outcome(say_item(template, item), (ReportLate(article.number, facts.written_at),))


def is_over(item: ItemFact, facts: PostmanFacts) -> bool:
    """Tell whether it was written so long ago that nobody is at that door any more."""
    if item.listed is not None:  # of an earlier day's list
        return True
    return facts.written_at is not None and facts.now - facts.written_at > APPROACH_OVER


def _with_evidence(outcome: Outcome, facts: PostmanFacts) -> Outcome:
    acts = (
        replace(act, written_at=facts.written_at) if isinstance(act, HandOver) else act
        for act in outcome.acts
    )
    return replace(outcome, acts=tuple(acts))


def _judge_approach(item: ItemFact, article: ArticleFact) -> Outcome:
    done = Done("approach", item.serial, article.number)
    if not article.coded:
        acts = (MarkApproached(article.number),)
        return Outcome(say_first("approach_plain", item, article), acts, (), done)
    if not article.linked:
        return Outcome(say_item("item_unlinked", item))
    if article.locked:
        return Outcome(say_item("approach_locked", item))
    if article.disputed:
        return Outcome(say_item("item_disputed", item))
    if item.approaches >= MOST_APPROACHES:
        return Outcome(say_item("approach_often", item))
    return Outcome(
        say_first(_coming(item, article), item, article),
        (MarkApproached(article.number),),
        (Tell("holder", Approached(article.number)),),
        done,
    )


def _coming(item: ItemFact, article: ArticleFact) -> str:
    """Return the text that says what to ask for at the door, or that the last one was not heard."""
    if article.unsure:
        return "approach_unsure"
    if article.document:
        return "approach_document"
    if signature(article):
        return "approach_pilot"
    by_word = word(article) is None
    if item.unheard:
        if by_word:
            return "approach_lost_word"
        return "approach_lost_law" if exception(article) == "law" else "approach_lost"
    return f"approach_{takers(article)}" if by_word else "approach_one"


def _judge_remark(act: Remark, item: ItemFact, article: ArticleFact) -> Outcome:
    kind = remarks.BY_CODE.get(act.remark)
    if act.remark == NEW_NUMBER:
        return Outcome(say_item("number_how", item))
    if kind is None:
        return Outcome(Say("remark_unknown", {"remark": act.remark}, article.number))
    if kind.needs_code and article.linked and article.mode != "off":
        if article.locked:  # no code can prove it today: 27 says what happened
            return Outcome(say_item("approach_locked", item))
        if article.disputed:
            return Outcome(say_item("item_disputed", item))
        claimed = RefusalClaimed(article.number)
        return Outcome(say_item("refusal_wait", item), (), (Tell("holder", claimed),))
    acts: tuple[Act, ...] = (RecordRemark(article.number, kind.code, kind.counts),)
    if article.code == "live":
        acts = (KillCode(article.number, "remark"), *acts)
    return Outcome(
        say_item("remark_noted", item, remark=act.remark),
        acts,
        tuple(
            Tell(role, Attempted(article.number, act.remark))
            for role in ("holder", "sender", "article")
        ),
        Done("remark", item.serial, article.number),
    )


def _judge_handover(act: Handover, item: ItemFact, article: ArticleFact, now: datetime) -> Outcome:
    if act.proof == "malformed":
        return Outcome(say_item("code_malformed", item))
    if act.proof == "signature" and not signature(article):
        return Outcome(say_item("code_needed", item))
    if act.proof == "signature" and article.coded and not item.approached:
        return Outcome(say_item("code_first", item))
    if act.proof == "code" and article.code_for == "refusal" and article.code == "live":
        return _judge_refusal(item, article)
    if act.proof in ("code", "exception", "word") and not article.coded:
        return Outcome(say_first("approach_plain", item, article))
    if act.proof == "exception" and not (may_go_without(article) and item.approached):
        return Outcome(say_no_exception(item, article))
    if act.proof == "word" and article.coded:
        refusal = _judge_word(item, article, now)
        if refusal is not None:
            return refusal
    refusal = _judge_payment(act, item, article)
    if refusal is not None:
        return refusal
    if act.proof == "code" and item.verdict != "right":
        return _refuse_code(item, article)
    if article.disputed:
        return Outcome(say_item("item_disputed", item))
    if article.document and act.document is None and act.proof != "exception":
        return Outcome(say_item("document_needed", item))
    if not can_miss(article.pieces, act.missing):
        return Outcome(say_item("pieces_wrong", item, count=article.pieces))
    handed = HandOver(
        article.number, act.proof, act.payment, document=act.document, missing=act.missing
    )
    news = told_how(article, act.proof, act.missing, item.listed)
    without = _WITHOUT.get(type(news))
    said = say_first(without, item, article) if without else None
    return Outcome(
        _say_missing(act, item, article) or said or say_handed_over(act.payment, item, article),
        (
            *(_without_code(article, act.proof) if without else ()),
            handed,
            *looked_for(act.missing, article.number),
        ),
        tuple(Tell(role, news) for role in concerned(article)),
        Done("handover", item.serial, article.number),
    )


_WITHOUT = {
    SignedFor: "handed_over_signed",
    Excepted: "handed_over_excepted",
    GivenOnWord: "handed_over_word",
}
# Why the household's word hands nothing over.
_NO_WORD = {
    "law": "word_law",
    "disputed": "item_disputed",
    "unlinked": "item_unlinked",
    "tries": "word_spent",
}
_NOT_COMPARED = {"over": "word_spent", "used": "word_used"}


def _judge_word(item: ItemFact, article: ArticleFact, now: datetime) -> Outcome | None:
    """Return what a household's word leads to, if not to a handover.

    docs/developing/trust.md rule 20
    """
    why = word(article)
    if why == "wish" and article.takes_from is not None:
        left = math.ceil((article.takes_from - now) / timedelta(minutes=1))
        return Outcome(say_item("word_not_yet", item, count=left))
    if why is not None:
        return Outcome(say_item(_NO_WORD.get(why, "word_not_now"), item))
    if not item.approached:
        return Outcome(say_item("code_first", item))
    if item.word == "right":
        return None
    if item.word != "wrong":
        return Outcome(say_item(_NOT_COMPARED.get(item.word, "word_none"), item))
    number, left = article.number, MOST_WORDS - article.wrong_tries - 1
    said = say_item("word_wrong", item, tries=left) if left else say_item("word_spent", item)
    return Outcome(
        said,
        (CountWrongWord(number), *_ends_agreement(article)),
        (Tell("recipient", WordTried(number, last=not left)),),
    )


def looked_for(missing: tuple[int, ...], number: str) -> Iterator[Act]:
    """Yield the ticket about pieces that were not there: a person looks for them."""
    if missing:
        yield OpenTicket("overlooked", number)


def told_how(
    article: ArticleFact,
    proof: HandoverProof,
    missing: tuple[int, ...] = (),
    on: date | None = None,
) -> HandedOver:
    """Return what its people are told: that it came without the code that was asked, or just so.

    `on`: an earlier day, where its code proved it only now.
    """
    if not article.coded:
        return HandedOver(article.number, missing, on)
    if proof == "exception":
        return Excepted(article.number, missing)
    if proof == "word":
        return GivenOnWord(article.number, missing)
    if proof == "signature":
        return SignedFor(article.number, missing)
    return HandedOver(article.number, missing, on)


def _without_code(article: ArticleFact, proof: HandoverProof) -> Iterator[Act]:
    """Yield what it takes to do without a code (docs/developing/trust.md rules 16, 17, 20)."""
    if article.code == "live":
        yield KillCode(article.number, "signed")
    if article.doubted and proof == "signature":
        yield OpenTicket("signed", article.number)


_NO_EXCEPTION = {
    "law": "exception_law",
    "uncoded": "exception_not_now",
    "tries": "approach_locked",
    "disputed": "item_disputed",
    "unlinked": "item_unlinked",
}


def say_no_exception(item: ItemFact, article: ArticleFact) -> Say:
    """Return why remark 28 hands nothing over: what to do first, or that it cannot be."""
    why = exception(article)
    if why is not None:
        return say_item(_NO_EXCEPTION.get(why, "exception_not_now"), item)
    if article.exception == "asked":
        return say_item("exception_waits", item)
    if article.exception == "granted" and article.within_reach:
        return say_item("exception_reached", item)
    if not item.approached:
        return say_item("code_first", item)
    return say_item("exception_how", item)


def concerned(article: ArticleFact) -> tuple[Role, ...]:
    """Return those whom the end of a visit concerns, a nominee included."""
    nominee: tuple[Role, ...] = ("nominee",) if article.nominee == "agreed" else ()
    return ("recipient", *nominee, "sender", "article")


def _judge_refusal(item: ItemFact, article: ArticleFact) -> Outcome:
    """Record a refusal, proven by the recipient's code (docs/developing/domain.md rule 4)."""
    if item.verdict != "right":
        return _refuse_code(item, article)
    number = article.number
    return Outcome(
        say_item("refusal_noted", item),
        (RecordRemark(number, remarks.REFUSED, counts=True, proven=True),),
        tuple(Tell(role, Refused(number)) for role in concerned(article)),
        Done("remark", item.serial, number),
    )


def _judge_payment(act: Handover, item: ItemFact, article: ArticleFact) -> Outcome | None:
    """Return the reason against the payment; a wrong code is reported before the money."""
    if act.proof == "code" and item.verdict not in ("right", "unchecked"):
        return None
    if article.amount and act.payment is None:
        return Outcome(say_item("ask_payment", item, amount=article.amount))
    if not article.amount and (act.payment is not None or act.amount is not None):
        return Outcome(say_item("no_payment_due", item))
    if act.amount is not None and act.amount != article.amount:
        return Outcome(say_item("amount_wrong", item, amount=article.amount))
    return None


def _say_missing(act: Handover, item: ItemFact, article: ArticleFact) -> Say | None:
    if not act.missing:
        return None
    there = article.pieces - len(act.missing)
    return say_item("handed_over_missing", item, count=there, pieces=named_pieces(act.missing))


def say_handed_over(payment: Payment | None, item: ItemFact, article: ArticleFact) -> Say:
    """Return the text that thanks the postman; `payment`: how the COD amount was taken."""
    if payment is None:
        return say_first("handed_over", item, article)
    return say_item(f"handed_over_{payment}", item, amount=article.amount)


def _refuse_code(item: ItemFact, article: ArticleFact) -> Outcome:
    templates = {
        "expired": "code_expired",
        "stale": "code_used",
        "none": "no_code_yet",
        "locked": "tries_over",
    }
    if item.verdict in templates:
        return Outcome(say_item(templates[item.verdict], item))
    return count_wrong(item, article, "wrong_code")


def count_wrong(item: ItemFact, article: ArticleFact, template: str) -> Outcome:
    """Count a wrong code, and say so by `template` with the tries that are left.

    The last of the day ends the code.
    """
    number, ends = article.number, _ends_agreement(article)
    left = TRIES_PER_DAY - article.wrong_tries - 1
    if left > 0:
        return Outcome(say_item(template, item, tries=left), (CountWrongCode(number), *ends))
    return Outcome(
        say_item("tries_over", item),
        (CountWrongCode(number), KillCode(number, "tries"), *ends),
        (Tell("holder", TriesRanOut(number)), Tell("office", TriesRanOut(number))),
    )


def _ends_agreement(article: ArticleFact) -> tuple[Act, ...]:
    """Return what ends an agreement to do without a code: who gave it knew of no wrong one."""
    return (EndException(article.number, "over"),) if article.exception == "granted" else ()


def answer(outcomes: list[Outcome], items: tuple[ItemFact, ...]) -> Say:
    """Return one text: the item's own words, or a summary that names the first failure."""
    if len(outcomes) == 1:
        return outcomes[0].say
    done = [outcome.done for outcome in outcomes if outcome.done is not None]
    missed = [item for item, outcome in zip(items, outcomes, strict=True) if outcome.done is None]
    if missed:
        values = {"done": len(done), "failed": len(missed), "serial": missed[0].serial}
        return Say("batch_partly", values)
    if all(act.what == "approach" for act in done):
        unsure = [item for item in items if item.article and item.article.unsure]
        if unsure:
            return Say("approach_many_unsure", {"count": len(done), "serial": unsure[0].serial})
        return Say("approach_many", {"count": len(done)})
    return Say("batch_done", {"count": len(done)})
