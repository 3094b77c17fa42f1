"""The postman's conversation: he says where he is going and what happened to each item.

Digits only, several items in a text (docs/developing/domain.md, "Phone manners"). Every text is
answered by one text.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from flows.acts.codes import CountWrongCode, KillCode
from flows.acts.door import HandOver, MarkApproached, UndoApproach, UndoHandOver
from flows.acts.exception import AskForException, EndException
from flows.acts.household import CountWrongWord
from flows.acts.lists import EndOffer, GiveBack, OfferItem, PassItem
from flows.acts.offline import ClaimOffline, SettleOffline
from flows.acts.remarks import RecordRemark, UndoRemark
from flows.acts.reports import OpenTicket, ReportLate
from flows.decision import Decision, Done, LastVisit, Say
from flows.events import (
    Approach,
    AskedBack,
    AskException,
    AskHelp,
    AskLeft,
    AskStatus,
    DayEnded,
    Handover,
    ItemsOffered,
    ListMade,
    NotUnderstood,
    Pass,
    PhoneMoved,
    TakeOver,
    TimedOut,
    TurnDown,
    Undo,
    Visit,
)
from flows.facts import ItemFact, PostmanFacts
from flows.grammar.postman_numbers import EXCEPTION, NEW_NUMBER, PAYMENTS
from flows.happenings import (
    DayChosen,
    ExceptionEnded,
    ExceptionGranted,
    FraudReported,
    HandedOverOnPaper,
    ItemsCame,
    MoveDisputed,
    NumberAgreed,
    QuestionOpened,
)
from flows.machine import Case, Machine, State
from flows.postman.beats import hand_on, items_came
from flows.postman.exceptions import ask_exception, ended, granted, opened, renumbered
from flows.postman.offers import offered, take_over, turn_down
from flows.postman.offline import judge_each, told_together
from flows.postman.undo import last_text, undo, written_before
from flows.postman.visit import answer, judge, say_first, say_handed_over, say_item
from flows.trust import APPROACHES_WITHIN, MOST_DOORS, may_go_without

MACHINE = Machine(
    name="postman",
    meaning="a postman with his list of today",
    states=(
        State("ready", "between two doors"),
        State("visiting", "on his way to items whose codes were sent", 30 * 60, times_out=True),
    ),
    context=LastVisit(),
    facts=PostmanFacts,
)


# ---- a text about items ------------------------------------------------------------------------


@MACHINE.on(
    Visit,
    to=("ready", "visiting"),
    says=(
        *("approach_one", "approach_many", "approach_plain", "approach_locked", "not_understood"),
        *("approach_lost", "approach_lost_law", "approach_lost_word"),
        *("handed_over", "handed_over_cash", "handed_over_upi", "ask_payment", "no_payment_due"),
        *(
            "handed_over_missing",
            "pieces_wrong",
            "approach_pilot",
            "handed_over_signed",
            "code_first",
        ),
        *("amount_wrong", "approach_late", "late_ticket", "late_closed"),
        *("wrong_code", "code_expired", "code_used", "no_code_yet", "tries_over", "code_needed"),
        *("code_malformed", "not_on_list", "not_yours", "already_delivered"),
        *("item_closed", "item_gone", "item_withdrawn"),
        *("remark_noted", "remark_unknown", "batch_done", "batch_partly", "no_list"),
        *("refusal_wait", "refusal_noted", "item_unlinked", "item_disputed"),
        *(
            "approach_document",
            "approach_unsure",
            "approach_many_unsure",
            "document_needed",
            "approach_often",
            "doors_asked",
        ),
        *("handed_over_excepted", "exception_how", "exception_waits", "exception_law"),
        *("exception_not_now", "exception_reached", "number_how"),
        *("exception_which", "number_which", "exception_yes", "asked_what"),
        *("offline_wrong", "offline_ticket", "offline_unneeded", "offline_unsure"),
        *("approach_household", "approach_neighbour", "handed_over_word", "word_law", "word_none"),
        *("word_not_now", "word_not_yet", "word_spent", "word_used", "word_wrong"),
    ),
    acts=(
        *(MarkApproached, HandOver, RecordRemark, CountWrongCode, KillCode, ReportLate),
        *(OpenTicket, EndException, ClaimOffline, SettleOffline, CountWrongWord),
    ),
    tells=("recipient", "holder", "nominee", "sender", "office", "article", "exception"),
)
@last_text
def visit(case: Case[Visit, LastVisit, PostmanFacts]) -> Decision[LastVisit]:
    facts = case.facts
    if not facts.has_list and all(item.ref.isdigit() for item in facts.items):
        return Decision(case.state, case.context, (Say("no_list"),))
    articles = [item.article.number for item in facts.items if item.article is not None]
    if len(set(articles)) < len(articles):  # by serial and by number: which one counts?
        return Decision(case.state, case.context, (Say("not_understood"),))
    doors = tuple(act.item for act in case.event.acts if isinstance(act, Approach))
    if len(doors) > MOST_DOORS and not _asked_about(case.context, doors, facts.now):
        context = replace(case.context, doors=doors, doors_at=facts.now)
        return Decision(case.state, context, (Say("doors_asked", {"count": len(doors)}),))
    how = _asks_how(case.event, facts)
    if how is not None:
        return Decision(case.state, case.context, (how,))
    strange = _not_on_list(case.event, facts)
    if strange is not None:
        values = {"done": 0, "failed": len(facts.items), "serial": strange.serial}
        return Decision(case.state, case.context, (Say("batch_partly", values),))
    if _may_be_paid(case.event, facts):
        return Decision(case.state, case.context, (Say("not_understood"),))
    outcomes = judge_each(case.event.acts, facts)
    done = tuple(outcome.done for outcome in outcomes if outcome.done is not None)
    context = case.context
    visiting = _still_visiting(context, done)
    if written_before(context, facts):  # a dead zone's text is not his last: 0 does not undo it
        context = replace(context, visiting=visiting)
    elif done:
        context = LastVisit(done, facts.now, visiting, facts.written_at, offer=context.offer)
    return Decision(
        "visiting" if context.visiting else "ready",
        context,
        (answer(outcomes, facts.items),),
        tuple(act for outcome in outcomes for act in outcome.acts),
        told_together([tell for outcome in outcomes for tell in outcome.tells]),
    )


_ASKING = {str(EXCEPTION): "exception", str(NEW_NUMBER): "number"}


def _asks_how(event: Visit, facts: PostmanFacts) -> Say | None:
    """Return how the office is asked, where he wrote 28 or 29 alone, or before its item: `28 8`.

    None where 28 is an item of his list.
    """
    first, *others = facts.items
    doors = all(isinstance(act, Approach) for act in event.acts) and len(others) < 2
    if not doors or first.ref not in _ASKING:
        return None
    if first.state != "elsewhere":  # "28 1": item 28, and how it was paid, or the other way round?
        return _paid_or_asked(first, others)
    for item in others:
        if item.state != "elsewhere":
            return _asked_of(first.ref, item, facts)
    return Say(f"{_ASKING[first.ref]}_which")


def _paid_or_asked(first: ItemFact, others: list[ItemFact]) -> Say | None:
    """Return the question what is meant by `28 1`, where both are on the list; else None."""
    if not others or others[0].ref not in PAYMENTS:
        return None
    at_the_other = others[0].approached and not first.approached
    if at_the_other and others[0].state == "open":
        return say_item(f"{_ASKING[first.ref]}_how", others[0])
    return say_item("asked_what", first)


def _asked_of(remark: str, item: ItemFact, facts: PostmanFacts) -> Say:
    """Return what `8 28` would bring where it hands nothing over, or that it may be sent now."""
    if item.article is None or remark != str(EXCEPTION):
        return say_item(f"{_ASKING[remark]}_how", item)
    if item.state == "open" and may_go_without(item.article):
        return say_item("exception_yes", item)
    return judge(Handover(item.ref, "exception"), item, facts).say


def _not_on_list(event: Visit, facts: PostmanFacts) -> ItemFact | None:
    """Return that of two doors which is none of his list, if the other one is.

    "7 45" may be mistyped, or 7 for the colleague 45: no code goes out.
    """
    doors = len(event.acts) == 2 and all(isinstance(act, Approach) for act in event.acts)
    if not doors or "open" not in {item.state for item in facts.items}:
        return None
    strange = (item for item in facts.items if item.state == "elsewhere" and item.ref.isdigit())
    return next(strange, None)


def _may_be_paid(event: Visit, facts: PostmanFacts) -> bool:
    """Tell whether "7 2" may be a payment at the door of 7, its code forgotten, not door 2."""
    if len(event.acts) != 2 or not all(isinstance(act, Approach) for act in event.acts):
        return False
    first, second = facts.items
    at_door = first.article is not None and first.article.code == "live"
    return at_door and bool(first.article and first.article.amount) and second.ref in PAYMENTS


def _asked_about(context: LastVisit, doors: tuple[str, ...], now: datetime) -> bool:
    """Tell whether he was asked about just these doors, and says so again in time."""
    asked_at = context.doors_at
    return context.doors == doors and asked_at is not None and now - asked_at <= APPROACHES_WITHIN


def _still_visiting(context: LastVisit, done: tuple[Done, ...]) -> tuple[str, ...]:
    closed = {act.article for act in done if act.what != "approach"}
    ways = (*context.visiting, *(act.article for act in done if act.what == "approach"))
    return tuple(article for article in dict.fromkeys(ways) if article not in closed)


MACHINE.on(
    Undo,
    to=("ready", "visiting"),
    says=("undone_one", "undone_many", "nothing_to_undo"),
    acts=(UndoApproach, UndoHandOver, UndoRemark, KillCode),
    tells=("recipient", "holder", "nominee", "sender", "article"),
)(undo)


# ---- an exception: nothing can be told at the door -------------------------------------------

MACHINE.on(
    AskException,
    says=(
        *("exception_sent", "exception_waits", "exception_law", "exception_not_now"),
        *("exception_reached", "approach_late"),
        *("exception_often", "code_first", "approach_locked", "item_disputed", "item_unlinked"),
        *("exception_yes", "not_on_list", "not_yours", "already_delivered", "item_closed"),
        *("item_gone", "item_withdrawn", "no_list", "approach_plain"),
        *("number_bad", "number_office"),
    ),
    acts=(AskForException,),
    tells=("holder", "recipient", "former", "asked", "above", "exception", "named", "sender"),
)(last_text(ask_exception))
MACHINE.on(ExceptionGranted, says=("exception_yes",))(granted)
MACHINE.on(ExceptionEnded, says=("exception_no", "exception_lapsed", "exception_denied"))(ended)
MACHINE.on(QuestionOpened, says=("exception_opened", "exception_how", "number_how"))(opened)
MACHINE.on(NumberAgreed, says=("number_changed", "number_asked_first"))(renumbered)


# ---- a change of beat --------------------------------------------------------------------------

MACHINE.on(
    Pass,
    to=("ready", "visiting"),
    says=(
        *("pass_asked", "pass_asked_many", "pass_partly", "pass_unknown"),
        *("given_back", "given_back_many", "batch_partly", "not_on_list", "not_yours"),
        *("already_delivered", "item_closed", "item_gone", "item_withdrawn"),
    ),
    acts=(OfferItem, GiveBack, KillCode),
    tells=("colleague", "giver", "article"),
)(last_text(hand_on))
MACHINE.on(ItemsCame, says=("items_came",))(items_came)

_ASKS = ("offer_asked", "offer_asked_many")
MACHINE.on(ItemsOffered, says=_ASKS)(offered)
MACHINE.on(
    TakeOver,
    says=(*_ASKS, "offer_none", "offer_gone", "items_taken"),
    acts=(PassItem, EndOffer, KillCode),
    tells=("giver",),
)(last_text(take_over))
MACHINE.on(
    TurnDown, says=(*_ASKS, "offer_none", "offer_declined"), acts=(EndOffer,), tells=("giver",)
)(last_text(turn_down))


# ---- questions, news, time ---------------------------------------------------------------------


@MACHINE.on(AskLeft, says=("left", "left_none", "no_list"))
def ask_left(case: Case[AskLeft, LastVisit, PostmanFacts]) -> Decision[LastVisit]:
    facts = case.facts
    if not facts.has_list:
        say = Say("no_list")
    elif facts.next_serial is None:
        say = Say("left_none")
    else:
        say = Say("left", {"count": facts.left, "serial": facts.next_serial})
    return Decision(case.state, case.context, (say,))


@MACHINE.on(AskHelp, says=("postman_help",))
def ask_help(case: Case[AskHelp, LastVisit, PostmanFacts]) -> Decision[LastVisit]:
    return Decision(case.state, case.context, (Say("postman_help"),))


@MACHINE.on(AskStatus, says=("not_understood",))
@last_text
def ask_status(case: Case[AskStatus, LastVisit, PostmanFacts]) -> Decision[LastVisit]:
    return Decision(case.state, case.context, (Say("not_understood"),))


_ASKED_BACK = {
    "spelled": "asked_code",
    "item": "asked_code",
    "doors": "asked_doors",
    "what": "asked_what",
    "sure": "asked_sure",
    "slip": "asked_slip",
    "word": "asked_word",
    "exception": "exception_how",
    "number": "number_how",
    "pieces": "pieces_how",
    "cut": "asked_shorter",
}


@MACHINE.on(AskedBack, says=(*dict.fromkeys(_ASKED_BACK.values()), "not_understood"))
@last_text
def asked_back(case: Case[AskedBack, LastVisit, PostmanFacts]) -> Decision[LastVisit]:
    """Ask which of two readings is meant, or for what is missing; nothing is done."""
    event = case.event
    values = {"serial": event.item}
    if event.why in ("spelled", "item"):
        say = Say("asked_code")
    elif event.why == "cut":
        say = Say("asked_shorter")
    elif event.item == 0:  # a full article number: no question names it
        say = Say("not_understood")
    elif event.why == "doors":
        say = Say("asked_doors", {**values, "remark": event.remark})
    else:
        say = Say(_ASKED_BACK[event.why], values)
    return Decision(case.state, case.context, (say,))


@MACHINE.on(NotUnderstood, says=("not_understood",), acts=(OpenTicket,))
@last_text
def not_understood(case: Case[NotUnderstood, LastVisit, PostmanFacts]) -> Decision[LastVisit]:
    """Record nothing, and let the help desk read the text."""
    acts = (OpenTicket("unparsed"),)
    return Decision(case.state, case.context, (Say("not_understood"),), acts)


@MACHINE.on(FraudReported, says=("fraud_alert",))
def fraud_alert(case: Case[FraudReported, LastVisit, PostmanFacts]) -> Decision[LastVisit]:
    facts = case.facts
    says = tuple(
        say_first("fraud_alert", item, item.article) for item in facts.items if item.article
    )
    return Decision(case.state, case.context, says)


@MACHINE.on(
    HandedOverOnPaper,
    to=("ready", "visiting"),
    says=("handed_over", "handed_over_cash", "handed_over_upi"),
)
def handed_over_on_paper(
    case: Case[HandedOverOnPaper, LastVisit, PostmanFacts],
) -> Decision[LastVisit]:
    """Answer what the office typed from his slip of today as if he had texted it, 0 included."""
    item = next(iter(case.facts.items), None)
    if item is None or item.article is None or item.state != "delivered":
        return Decision(case.state, case.context)
    done = (Done("handover", item.serial, item.article.number),)
    visiting = _still_visiting(case.context, done)
    context = LastVisit(done, case.facts.now, visiting, offer=case.context.offer)
    says = (say_handed_over(case.event.payment, item, item.article),)
    return Decision("visiting" if visiting else "ready", context, says)


@MACHINE.on(MoveDisputed, says=("item_disputed",))
def item_disputed(case: Case[MoveDisputed, LastVisit, PostmanFacts]) -> Decision[LastVisit]:
    says = tuple(say_item("item_disputed", item) for item in case.facts.items)
    return Decision(case.state, case.context, says)


@MACHINE.on(ListMade, says=("list_made", "items_added"))
def list_made(case: Case[ListMade, LastVisit, PostmanFacts]) -> Decision[LastVisit]:
    """Say the whole list in the morning; later what was added to it."""
    event = case.event
    day = case.facts.day
    if event.serial > 1 or day is None:
        say = Say("items_added", {"count": event.count, "serial": event.serial})
    else:
        say = Say("list_made", {"count": event.count, "total": day.due})
    return Decision(case.state, case.context, (say,))


@MACHINE.on(DayEnded, says=("day_end", "day_open", "day_cash"))
def day_ended(case: Case[DayEnded, LastVisit, PostmanFacts]) -> Decision[LastVisit]:
    """Say what was done, what is still open, and the cash to hand in."""
    day = case.facts.day
    says: list[Say] = []
    if day is not None:
        says.append(Say("day_end", {"done": day.delivered, "failed": day.failed}))
        if day.first_open is not None:
            says.append(Say("day_open", {"count": day.open, "serial": day.first_open}))
        if day.cash:
            says.append(Say("day_cash", {"total": day.cash}))
    return Decision(case.state, case.context, tuple(says))


@MACHINE.on(PhoneMoved, to=("ready",), says=("phone_moved",))
def phone_moved(case: Case[PhoneMoved, LastVisit, PostmanFacts]) -> Decision[LastVisit]:
    return Decision("ready", LastVisit(), (Say("phone_moved"),))


@MACHINE.on(DayChosen, says=("item_withdrawn",))
def item_withdrawn(case: Case[DayChosen, LastVisit, PostmanFacts]) -> Decision[LastVisit]:
    facts = case.facts
    says = tuple(say_item("item_withdrawn", item) for item in facts.items)
    return Decision(case.state, case.context, says)


@MACHINE.on(TimedOut, states=("visiting",), to=("ready",), says=("nudge",))
def nudge(case: Case[TimedOut, LastVisit, PostmanFacts]) -> Decision[LastVisit]:
    """Ask once, half an hour after the approach, what happened to the item."""
    facts = case.facts
    waiting = [item for item in facts.items if item.state == "open" and item.approached]
    says = (say_item("nudge", waiting[0]),) if waiting else ()
    return Decision("ready", replace(case.context, visiting=()), says)
