"""All that can come to each machine: the standing, events and facts that `check` goes through."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta

from flows import events, happenings, remarks
from flows.decision import Asked, Context, Done, HelpAsked, LastOffer, LastVisit, Nothing
from flows.events import Event, Handover, TimedOut, VisitAct
from flows.facts import (
    ArticleFact,
    ArticleState,
    ClockFacts,
    DayFact,
    ExceptionFacts,
    ExceptionRate,
    Facts,
    HelpedFacts,
    HouseholdFact,
    ItemFact,
    MoveFacts,
    NewPhoneFacts,
    OfferFact,
    OfferFacts,
    OtherTakers,
    PartyFacts,
    PostmanFacts,
    Proof,
    QuoteVerdict,
    RecipientFacts,
    SentOffer,
)
from flows.happenings import Happening
from flows.machine import Machine
from flows.proof.domains import (
    AFTER,
    ALIKE,
    AT_WINDOW,
    BY_WISH,
    CLOCK,
    NUMBER,
    OF_DESK,
    OTHER,
    ROUND_ABOUT,
    article_in,
    at_window,
    event_of,
    fixed,
    is_excepted,
    is_offline,
    on_paper,
    on_word,
    visit,
)
from flows.proof.paths import NOW, TODAY, Domain, Picks, lazy, one_of
from flows.recipient.household import may_answer_wish
from flows.trust import MOST_DOORS, MOST_WORDS, offline


@dataclass(frozen=True)
class Met:
    """One input: what the conversation remembers, the event, and the facts."""

    context: Context
    event: Event
    facts: Facts


@dataclass(frozen=True)
class Inputs:
    """The inputs of a machine. `rests`: its states that may wait without an end.

    `meet` is told whether to be thorough: it is in the first state of each transition; in the
    others the choices that do not depend on the state may be fewer. `sampled` says in words what is
    not tried in full.
    """

    meet: Callable[[Picks, str, type[Event], bool], Met]
    rests: frozenset[str] = frozenset()
    sampled: str = "nothing"


# ---- the machines ------------------------------------------------------------------------------


_ANY_ASKED: Mapping[str, Domain[Asked]] = {"article": one_of(None, NUMBER, OTHER)}
_NONE_ASKED: Mapping[str, Domain[Asked]] = {"article": one_of(None)}


def _meet_recipient(picks: Picks, state: str, kind: type[Event], thorough: bool) -> Met:
    event = event_of(picks, kind, thorough)
    asked = _ANY_ASKED if thorough or kind is events.Said else _NONE_ASKED
    context = lazy(Asked, picks, asked)
    more: dict[str, Domain[ArticleFact]] = {}
    if not thorough or kind not in _OF_EXCEPTIONS:
        more |= {"exception": one_of("none"), "excepted": one_of(False)}
    if kind in (events.SetWish, events.AnotherDay, events.HoldAtOffice):
        more["by_wish"] = BY_WISH
    if kind is events.Consent:
        more["quote"] = _judged
    elif kind is events.RepeatQuestion:
        more["remark"] = one_of(None, *_ASKED_IN_TURN) if thorough else one_of(None)

    def articles(picks: Picks, _: object) -> tuple[ArticleFact, ...]:
        if isinstance(event, Happening):
            return (article_in(picks, AFTER.get(type(event)), {}, **_known_of(picks, event)),)
        if not thorough or kind is events.RepeatQuestion:
            return (article_in(picks, None, more, linked=True),)
        booked, alike = _TWO_ASKED if kind is events.Consent else _TWO_BOOKED
        if picks.pick((True, False)):
            first = article_in(picks, None, more, linked=True)
            return picks.pick(((first,), (first, booked), (first, alike)))
        if kind is events.ReportFraud:
            return picks.pick(((), (booked,), _ON_WORD, _BESIDE_A_CODE))
        return picks.pick(((), (booked,), (fixed(OTHER, "delivered"),)))

    if kind is events.Deny and thorough:
        more["claimed"] = _claimed
    others = _OTHERS.get(kind, _NO_OTHERS) if thorough else _NO_OTHERS
    # A report of fraud ends wishes whatever else it does: where it meets one article.
    alike = kind is events.ReportFraud and thorough
    house = {"household": _NO_HOUSEHOLD if alike else _HOUSEHOLDS.get(kind, _NO_HOUSEHOLD)}
    if kind in _WISH_ASKED:
        house = {"household": _asked_of_wishes(event)}
    domains = {**_OF_TELEPHONE, **others, **house, "articles": articles}
    if kind is happenings.Approached and thorough:
        domains["offline"] = one_of(False, True)
    if kind is events.Consent:
        domains["itself"] = one_of((), (NUMBER,))
    if not isinstance(event, Happening):
        domains["proof"] = _WISHED_BY if kind is events.SetWish else _PROVEN_BY
    return Met(context, event, lazy(RecipientFacts, picks, domains))


def _claimed(picks: Picks, article: ArticleFact) -> object:
    """A postman says so only of what he carries, or carried today."""
    return (
        picks.pick((False, True)) if article.state in ("out_for_delivery", "attempted") else False
    )


_TWO_BOOKED = (fixed(OTHER, "booked"), fixed(ALIKE, "booked"))
_TWO_ASKED = tuple(replace(each, asked=True, quote="right") for each in _TWO_BOOKED)
# What a report of fraud can be about that was handed over, alone and beside a code that lives.
_ON_WORD = (replace(fixed(ALIKE, "delivered"), on_word=True),)
_BESIDE_A_CODE = (
    replace(fixed(NUMBER, "delivered"), excepted=True),
    replace(
        fixed(ALIKE, "out_for_delivery"),
        code="live",
        code_issue=1,
        code_expires_at=NOW + timedelta(minutes=10),
    ),
)
# What is wished for all post is read where a text is about it, or may end it.
_NO_HOUSEHOLD: Domain[object] = one_of(HouseholdFact())
_EACH_HOUSEHOLD: Domain[object] = lambda picks, _: lazy(  # noqa: E731
    HouseholdFact,
    picks,
    {
        "weekdays": one_of((), (1, 3, 5)),
        "keeps": lambda picks, house: not house.weekdays and picks.pick((False, True)),
        "question": one_of(0, 1),
        "spent": one_of((), ("who", "when", "word")),
        "doubted": one_of(False, True),
    },
)
_HOUSEHOLDS: Mapping[type[Event], Domain[object]] = {
    events.AskWishes: _EACH_HOUSEHOLD,
    events.SetWish: _EACH_HOUSEHOLD,
    events.AskWord: _EACH_HOUSEHOLD,
    events.DrawWord: _EACH_HOUSEHOLD,
    events.TakeWord: _EACH_HOUSEHOLD,
    events.ReportFraud: one_of(HouseholdFact(), HouseholdFact(may_take="household")),
    events.HoldAtOffice: one_of(HouseholdFact(), HouseholdFact(keeps=True)),
}
# Whom all post may go to is asked: a text that may be meant for that reads it.
_WISH_ASKED = (events.Consent, events.Said, events.Wished, events.Yes)


def _asked_of_wishes(event: Event) -> Domain[object]:
    quotes: tuple[QuoteVerdict, ...] = ("unchecked",)
    if isinstance(event, events.Consent):
        quotes = ("unchecked", "right", "wrong", "locked")
    takers: tuple[OtherTakers, ...] = ("household", "neighbour")
    asked = [HouseholdFact(asks=each, question=1, quote=q) for each in takers for q in quotes]

    def read(picks: Picks, facts: object) -> object:
        assert isinstance(facts, RecipientFacts)
        meant = may_answer_wish(event, facts.articles)
        return picks.pick((HouseholdFact(), *asked)) if meant else HouseholdFact()

    return read


# Where a recipient's answer can be about what goes, or went, without its code.
_OF_EXCEPTIONS = (events.ReportFraud, events.Deny)
# What every input has alike is made once: it is met a million times.
_OF_TELEPHONE: Mapping[str, Domain[object]] = {
    "now": one_of(NOW),
    "code_ttl": one_of(600),
    "day_end": one_of(NOW + timedelta(hours=8)),
    "today": one_of(TODAY),
    "ticket": one_of(7),
    "notice": one_of(0, 365),
    "offline": one_of(False),
    "dialled": one_of(False, True),
}
# How a person spoke: by an own word, by a key in a call of ours, or by neither.
_PROVEN_BY: Domain[object] = one_of("text", "keys", "call")
# A wish that lets somebody in wants the digits of our own text besides.
_WISHED_BY: Domain[object] = one_of("quoted", "text", "keys", "call")
_HANDED_OVER = replace(fixed(OTHER, "delivered"), moves=1)  # after it went to another telephone
_RECALLED = (replace(fixed(OTHER, "booked"), recalling=True),)


def _recalls(picks: Picks, facts: object) -> object:
    """Beside what is lost nothing is recalled: that comes later."""
    lost = isinstance(facts, RecipientFacts) and bool(facts.lost)
    return () if lost else picks.pick(((), _RECALLED))


# What only a report of fraud looks at.
_AMONG_OTHERS: Mapping[str, Domain[object]] = {
    "lost": one_of((), (replace(fixed(OTHER, "booked"), moves=1),), (_HANDED_OVER,)),
    "recalls": _recalls,
}


def _lost_alone(picks: Picks, facts: object) -> object:
    """To a no what left the telephone matters where no other article of its own may be meant."""
    own = isinstance(facts, RecipientFacts) and any(a.number == NUMBER for a in facts.articles)
    return () if own else picks.pick(((), (_HANDED_OVER,)))


_NO_OTHERS: Mapping[str, Domain[object]] = {"lost": one_of(()), "recalls": one_of(())}
_OTHERS: Mapping[type[Event], Mapping[str, Domain[object]]] = {
    events.ReportFraud: _AMONG_OTHERS,
    events.Deny: {**_NO_OTHERS, "lost": _lost_alone},
}


# One remark for each of the questions.
_ASKED_IN_TURN = tuple({remarks.question_of(code): code for code in remarks.TYPED}.values())


def _judged(picks: Picks, article: ArticleFact) -> object:
    """Digits are compared only where the holder is asked."""
    asked = article.asked and article.part == "addressee"
    return picks.pick(("right", "wrong", "locked")) if asked else "unchecked"


_TO_HOLDER = (
    happenings.WentOut,
    happenings.Approached,
    happenings.RefusalClaimed,
    happenings.Attempted,
)


def _known_of(picks: Picks, event: Happening) -> dict[str, object]:
    """Return what a happening says of its article, and of the told telephone, beyond its state."""
    known: dict[str, object] = {"part": "addressee"}
    if isinstance(event, happenings.Nominated | happenings.NominationEnded):
        known["part"] = "asked"
    elif isinstance(event, _TO_HOLDER):
        known["part"] = picks.pick(("addressee", "nominee"))
    if isinstance(event, happenings.RefusalClaimed):
        known["wrong_tries"] = 0  # the postman is told first when no try is left
        known["disputed"] = False  # or that nothing is handed out
        known["mode"] = picks.pick(("pilot", "on"))  # off: a refusal needs no code
    if isinstance(event, happenings.SenderChoseDay):
        known["chosen_day"] = TODAY + timedelta(days=1)
    if isinstance(event, happenings.TriesRanOut):
        known |= {"otp_required": True, "mode": picks.pick(("pilot", "on"))}
    return known


_DAY: Mapping[str, Domain[object]] = {
    "delivered": one_of(0, 70),
    "failed": one_of(0, 70),
    "open": one_of(1, 70),
    "first_open": one_of(None, 3),
    "cash": one_of(0, 1450),
    "due": one_of(0, 1450),
}


def _meet_postman(picks: Picks, state: str, kind: type[Event], thorough: bool) -> Met:
    event = visit(picks, thorough) if kind is events.Visit else event_of(picks, kind)
    # What came before does not depend on a second item, which depends on the first alone.
    among = isinstance(event, events.Visit) and (len(event.acts) > 1 or _meets_alone(event.acts[0]))
    doors = tuple(act.item for act in event.acts) if isinstance(event, events.Visit) else ()
    of_before = {
        **_BEFORE,
        "done": _one_or_two_done if kind is events.Undo else _one_done,
        "at": _JUST_NOW if among or not (thorough or kind is events.Undo) else _TWO_MINUTES_AGO,
        "visiting": _THERE if among else _FROM_READY if state == "ready" else _FROM_VISITING,
    }
    if kind is events.Visit:
        of_before |= {"written_at": _WRITTEN_BEFORE, "at": _came_before if thorough else _JUST_NOW}
    if isinstance(event, events.Visit) and is_offline(event.acts[0]):
        of_before |= {"written_at": one_of(None), "done": one_of(()), "at": _JUST_NOW}
    if len(doors) > MOST_DOORS:
        of_before |= {"doors": one_of((), doors), "doors_at": _asked_at}
    if kind is events.AskException:  # that it is his last text is all that it looks at
        of_before |= {"visiting": _THERE, "written_at": one_of(None)}
    if isinstance(event, _OF_OFFER):
        of_before["offer"] = _SOME_OFFER
    context = lazy(LastVisit, picks, of_before)

    def items(picks: Picks, facts: PostmanFacts) -> tuple[ItemFact, ...]:
        if isinstance(event, events.Visit) and event.acts == ROUND_ABOUT:
            return picks.pick(_ROUND_ABOUT)
        if isinstance(event, events.Visit):
            ref, among = event.acts[0].item, len(event.acts) > 1
            first = _item(picks, ref, event.acts[0], facts, among=among)
            return (
                first,
                *(
                    _once_more(picks, first) if act.item == NUMBER else _item(picks, act.item)
                    for act in event.acts[1:]
                ),
            )
        if isinstance(event, events.AskException):
            return (_item(picks, picks.pick(("7", "9", NUMBER)), asks=True),)
        if isinstance(event, events.Pass):
            return tuple(_item(picks, ref) for ref in event.items)
        if isinstance(event, _OF_OFFER):
            first = _item(picks, NUMBER)
            return picks.pick(((), (first,), (first, _item(picks, OTHER))))
        if isinstance(event, Happening):
            return (_item(picks, event.article),)
        if isinstance(event, TimedOut):
            return tuple(_item(picks, ref) for ref in context.visiting)
        return tuple(_item(picks, act.article) for act in context.done)

    domains = {
        **_OF_LIST,
        "items": items,
        "has_list": _has_list if kind in _LOOKS_FOR_LIST else one_of(True, False),
        "written_at": _LATE if among or not thorough else _LATE_OR_JUST_NOT,
    }
    if isinstance(event, events.Visit) and is_offline(event.acts[0]):
        domains["written_at"] = one_of(None)
    if isinstance(event, events.Visit):
        domains["offline_left"] = one_of(0, 1) if is_offline(event.acts[0]) else one_of(0)
    if kind is events.AskException:
        domains["exceptions_left"] = one_of(0, 1)
    if kind is events.Undo:
        domains["told_at"] = one_of(None, NOW - timedelta(minutes=2), NOW - timedelta(hours=1))
    if kind is events.ItemsOffered:  # he is told of what there is
        domains["offer"] = lambda picks, _: lazy(OfferFact, picks, _OFFER)
    return Met(context, event, lazy(PostmanFacts, picks, domains))


def _meets_alone(act: VisitAct) -> bool:
    """Tell whether this act meets what it alone looks at."""
    return is_excepted(act) or is_offline(act) or on_word(act)


_LOOKS_FOR_LIST = (events.Visit, events.AskException)


def _has_list(picks: Picks, facts: PostmanFacts) -> object:
    """A list is looked for only where an item is not on it (conversation/facts.py)."""
    elsewhere = any(item.state == "elsewhere" for item in facts.items)
    return picks.pick((True, False)) if elsewhere else True


def _came_before(picks: Picks, context: LastVisit) -> object:
    """His last text came when the carrier took it, or later."""
    if context.written_at == NOW:
        return NOW
    return picks.pick((NOW, NOW - timedelta(minutes=30)))


def _asked_at(picks: Picks, context: LastVisit) -> object:
    """He was asked about some doors, or about none."""
    if not context.doors:
        return None
    return picks.pick((NOW, NOW - timedelta(minutes=10), NOW - timedelta(minutes=11)))


def _one_done(picks: Picks, _: object) -> tuple[Done, ...]:
    return (lazy(Done, picks, _DONE),)


def _one_or_two_done(picks: Picks, _: object) -> tuple[Done, ...]:
    first = lazy(Done, picks, _DONE)
    return picks.pick(((), (first,), (first, Done("approach", 8, OTHER))))


_DONE: Mapping[str, Domain[Done]] = {"article": one_of(NUMBER), "serial": one_of(7)}
_BEFORE: Mapping[str, Domain[LastVisit]] = {
    "doors": one_of(()),
    "doors_at": one_of(None),
    "offer": one_of(None),
}
_SOME_OFFER = one_of(None, 3, 4)
_JUST_NOW = one_of(NOW)
_TWO_MINUTES_AGO = one_of(NOW, NOW - timedelta(minutes=2), NOW - timedelta(minutes=2, seconds=1))
# Before a text that was written now, 30 or 31 minutes ago: the last one, by its carrier's time.
_WRITTEN_BEFORE = one_of(None, NOW - timedelta(minutes=31), NOW)
_THERE = one_of((NUMBER,))
_FROM_READY = one_of((), (NUMBER,), (OTHER,))
_FROM_VISITING = one_of((NUMBER,), (OTHER,), (NUMBER, OTHER))
_LATE = one_of(None, NOW - timedelta(minutes=31))
_LATE_OR_JUST_NOT = one_of(None, NOW - timedelta(minutes=30), NOW - timedelta(minutes=31))
_OF_LIST: Mapping[str, Domain[PostmanFacts]] = {
    "now": one_of(NOW),
    "left": one_of(1, 70),
    "next_serial": one_of(None, 3),
    "colleague": one_of(None, "45"),
    "offer": lambda picks, _: picks.pick((None, lazy(OfferFact, picks, _OFFER))),
    "day": lambda picks, _: lazy(DayFact, picks, _DAY),
}
_OF_OFFER = (events.ItemsOffered, events.TakeOver, events.TurnDown)
_OFFER: Mapping[str, Domain[OfferFact]] = {
    "id": one_of(3),
    "by": one_of("46"),
    "to": one_of("45"),
    "asked_at": one_of(NOW - timedelta(minutes=10)),
    "serial": one_of(8),
}

_OTHER_OUT = fixed(OTHER, "out_for_delivery")

_OUT = fixed(NUMBER, "out_for_delivery")
_ROUND_ABOUT = (
    (ItemFact("28", 28, "open", _OTHER_OUT), ItemFact("1", 1, "open", _OUT)),
    (ItemFact("28", 28, "open", _OTHER_OUT), ItemFact("1", 1, "open", _OUT, approached=True)),
    (
        ItemFact("28", 28, "elsewhere", None),
        ItemFact("1", 1, "open", replace(_OUT, exception="granted")),
    ),
)

# The states of an article by that of its item; an item elsewhere has none.
_BY_ITEM: Mapping[str, tuple[ArticleState, ...]] = {
    "open": ("out_for_delivery",),
    "delivered": ("delivered",),
    "attempted": ("attempted", "at_office", "returned", "recalled"),
    "withdrawn": ("attempted", "at_office", "out_for_delivery", "delivered"),
}


def _item(
    picks: Picks,
    ref: str,
    act: VisitAct | None = None,
    facts: PostmanFacts | None = None,
    *,
    among: bool = False,
    asks: bool = False,
) -> ItemFact:
    if ref in ("8", OTHER):
        return ItemFact(ref, 8, "open", _OTHER_OUT, approached=True)
    if ref in ("9", "28", "29"):
        return ItemFact(ref, 9, "elsewhere", None)

    def verdict(picks: Picks, item: ItemFact) -> object:
        """Return the verdict as postal/codes.py judges."""
        given = isinstance(act, Handover) and act.proof in ("code", "offline")
        of = item.article
        if is_offline(act) and of is not None and item.state == "open" and offline(of) is None:
            return picks.pick(_WITHOUT_NETWORK[of.code])
        if not given or of is None or not (of.coded or of.code_for == "refusal"):
            return "unchecked"
        if item.state != "open":
            late = item.state in ("attempted", "withdrawn") and not of.locked
            return picks.pick(("unchecked", "late")) if late else "unchecked"
        if of.locked:
            return "locked"
        if of.code == "live":
            right = ("right",) if of.code_for != "window" else ()
            return picks.pick((*right, "wrong", "stale", "late"))
        if of.code == "expired":
            told = of.code_for == "handover" and facts and facts.written_at is not None
            return picks.pick((*(("right",) if told else ()), "wrong", "expired", "stale", "late"))
        return picks.pick(("none",) if of.code == "none" else ("none", "stale", "late"))

    def check(picks: Picks, item: ItemFact) -> object:
        of = item.article
        judged = is_offline(act) and of is not None and offline(of) is None
        if not judged or item.verdict not in ("right", "wrong", "offline"):
            return "unchecked"
        if item.verdict == "right":
            return picks.pick(("right", "wrong"))
        return "right" if item.verdict == "offline" else "wrong"

    comes = isinstance(act, events.Approach) and not among
    domains: Mapping[str, Domain[ItemFact]] = {
        **_ITEM,
        "check": check,
        "word": _WORDS if on_word(act) else _NO_WORD,
        "listed": one_of(None, date(2026, 8, 13))
        if is_offline(act) or asks or comes
        else one_of(None),
        "unheard": one_of(False, True) if comes else one_of(False),
        "article": _article_asked_for if asks else _article_of(act, among),
        "verdict": verdict,
        "ref": _BY_NUMBER if ref == NUMBER else _BY_EITHER,
    }
    return lazy(ItemFact, picks, domains, serial=7)


# What the code of a text from a door without network may be worth, by the state of the newest one.
_WITHOUT_NETWORK: Mapping[str, tuple[str, ...]] = {
    "live": ("right", "offline", "wrong", "stale"),
    "expired": ("offline", "wrong", "stale"),
    "none": ("none",),
    "used": ("none", "stale"),
    "dead": ("none", "stale"),
}


def _article_of(act: VisitAct | None, among: bool) -> Domain[ItemFact]:
    if is_offline(act):
        return _article_offline
    if is_excepted(act):
        return _article_excepted
    if on_word(act):
        return _article_on_word
    if isinstance(act, Handover) and act.proof == "code" and not among:
        return _article_of_code
    if isinstance(act, events.Approach) and not among:
        return _article_approached
    return _article_among if among else _its_article


def _article_offline(picks: Picks, item: ItemFact) -> ArticleFact | None:
    """Return the article of a text from a door without network: what speaks against it is tried."""
    states = _BY_ITEM.get(item.state)
    return None if states is None else article_in(picks, states, _OF_OFFLINE, part="addressee")


def _article_excepted(picks: Picks, item: ItemFact) -> ArticleFact | None:
    """Return the article of remark 28: what speaks against one is tried where one is asked for."""
    states = _BY_ITEM.get(item.state)
    return None if states is None else article_in(picks, states, _OF_EXCEPTION, part="addressee")


def _article_on_word(picks: Picks, item: ItemFact) -> ArticleFact | None:
    """Return the article of a household's word: what speaks against one is tried here."""
    states = _BY_ITEM.get(item.state)
    return None if states is None else article_in(picks, states, _OF_WORD, part="addressee")


def _article_asked_for(picks: Picks, item: ItemFact) -> ArticleFact | None:
    states = _BY_ITEM.get(item.state)
    return None if states is None else article_in(picks, states, _OF_ASKING, part="addressee")


def _its_article(picks: Picks, item: ItemFact) -> ArticleFact | None:
    states = _BY_ITEM.get(item.state)
    return None if states is None else article_in(picks, states, _OF_VISIT, part="addressee")


def _article_approached(picks: Picks, item: ItemFact) -> ArticleFact | None:
    """Return the article that he comes to: of a code that was not heard, what the law refuses."""
    states, of = _BY_ITEM.get(item.state), _OF_VISIT
    if item.unheard:
        of = {**of, "service": one_of("speed_post", "insured")}
    return None if states is None else article_in(picks, states, of, part="addressee")


def _article_of_code(picks: Picks, item: ItemFact) -> ArticleFact | None:
    states = _BY_ITEM.get(item.state)
    return None if states is None else article_in(picks, states, _OF_CODE, part="addressee")


def _article_among(picks: Picks, item: ItemFact) -> ArticleFact | None:
    """Return the article of a second item: the mode of its office decides nothing about it."""
    states = _BY_ITEM.get(item.state)
    return None if states is None else article_in(picks, states, _ON, part="addressee")


def _takes_from(picks: Picks, article: ArticleFact) -> object:
    """Return when a wish begins to count: one that counts already has no such time."""
    later = article.may_take == "holder"
    return picks.pick((None, NOW + timedelta(minutes=9))) if later else None


# What a pilot asks is whether it goes to the addressee in person, for whichever reason.
_OF_VISIT: Mapping[str, Domain[ArticleFact]] = {
    "service": one_of("speed_post", "registered"),
    "may_take": one_of("holder", "household", "neighbour"),
    "passport": one_of(False),
}
# A wrong code ends an agreement to do without one; one that is only asked for changes nothing.
_OF_CODE: Mapping[str, Domain[ArticleFact]] = {
    **_OF_VISIT,
    "exception": one_of("none", "granted"),
    "claimed": one_of(False, True),
}
_OF_EXCEPTION: Mapping[str, Domain[ArticleFact]] = {
    "exception": one_of("none", "asked", "granted"),
    "service": one_of("speed_post", "insured"),
    "passport": one_of(False),
    "wrong_tries": one_of(0),
    "linked": one_of(True),
    "disputed": one_of(False),
    "document": one_of(False),
}
_OF_OFFLINE: Mapping[str, Domain[ArticleFact]] = {
    **_OF_VISIT,
    "exception": one_of("none", "granted"),
    "claimed": one_of(False, True),
    "pieces": one_of(1),
    "passport": one_of(False),
    "mode": one_of("on"),
    "linked": one_of(True),
    "disputed": one_of(False),
    "document": one_of(False),
    "unsure": one_of(False, True),
    "nominee": one_of("none", "agreed"),
}
_OF_WORD: Mapping[str, Domain[ArticleFact]] = {
    "may_take": one_of("holder", "household", "neighbour"),
    "takes_from": _takes_from,
    "service": one_of("speed_post", "parcel", "registered"),
    "passport": one_of(False),
    "wrong_tries": one_of(0, MOST_WORDS - 1, MOST_WORDS),
    "exception": one_of("none", "granted"),
}
_WORDS: Domain[ItemFact] = one_of("right", "wrong", "none", "over", "used")
_NO_WORD: Domain[ItemFact] = one_of("unchecked")
_OF_ASKING: Mapping[str, Domain[ArticleFact]] = {
    "exception": one_of("none", "asked", "granted"),
    "service": one_of("speed_post", "insured"),
}
_ON: Mapping[str, Domain[ArticleFact]] = {"mode": one_of("on")}
_BY_NUMBER, _BY_EITHER = one_of(NUMBER), one_of("7", NUMBER)
_ITEM: Mapping[str, Domain[ItemFact]] = {
    "approaches": one_of(0, 3),
    "offered_to": one_of("", "45"),
}


def _once_more(picks: Picks, item: ItemFact) -> ItemFact:
    """Return the same item of the same text, named by its article's number."""

    def alike(name: str) -> Domain[object]:
        return lambda picks, record: getattr(item, name)

    domains = {name: alike(name) for name in ("serial", "state", "article", "approached")}
    return lazy(ItemFact, picks, domains, ref=NUMBER, verdict="unchecked")


def _meet_party(picks: Picks, state: str, kind: type[Event], thorough: bool) -> Met:
    event = event_of(picks, kind)

    quotes: dict[str, Domain[ArticleFact]] = {}
    if kind in _QUOTING:
        quotes["quote"] = one_of("unchecked", "right", "wrong", "locked")
    if kind in (events.AnswerException, events.NotUnderstood):
        quotes["exception"] = one_of("none", "asked", "granted")

    def article(picks: Picks, _: object) -> ArticleFact | None:
        if isinstance(event, Happening):
            return article_in(picks, AFTER.get(type(event)), quotes)
        return picks.pick((None, article_in(picks, None, quotes)))

    domains = {
        "now": one_of(NOW), "today": one_of(TODAY), "ticket": one_of(7), "article": article
    }  # fmt: skip
    if kind in (events.AnswerException, events.NotUnderstood, happenings.ExceptionAsked):
        domains["rate"] = one_of(ExceptionRate("1001", 4, 310), None)
        domains["answerable"] = one_of(True, False)
        domains["above"] = one_of(False, True)
    if kind is events.AnswerException:
        domains["before"] = one_of(False, True)
    return Met(Nothing(), event, lazy(PartyFacts, picks, domains))


_OF_ANSWERS: Mapping[str, Domain[ArticleFact]] = {"exception": one_of("none", "asked", "granted")}


def _meet_exception(picks: Picks, state: str, kind: type[Event], thorough: bool) -> Met:
    among: tuple[ArticleState, ...] = ("out_for_delivery", "delivered", "attempted")
    domains = {
        "now": one_of(NOW),
        "article": lambda picks, _: article_in(picks, among, _OF_ANSWERS, part="addressee"),
        "until": one_of(NOW + timedelta(minutes=10)),
        "by": one_of(None, "clerk", "postmaster", "supervisor"),
        "proof": one_of("text", "quoted", "pin", "fresh"),
        "named": one_of("+919876543210"),
    }
    return Met(Nothing(), event_of(picks, kind), lazy(ExceptionFacts, picks, domains))


_QUOTING = (
    events.ProveSender, events.Recall, events.CorrectNumber, events.AskVisit,
    events.AnswerException, happenings.SenderProved,
)  # fmt: skip


def _meet_move(picks: Picks, state: str, kind: type[Event], thorough: bool) -> Met:
    domains = {
        "now": one_of(NOW),
        "article": lambda picks, _: article_in(picks, None, part="addressee"),
        "silence_ends": one_of(NOW + timedelta(hours=4)),
        "named": one_of("+919876543210"),
        "by": lambda picks, facts: facts.article.asked_by,
    }
    return Met(Nothing(), event_of(picks, kind), lazy(MoveFacts, picks, domains))


def _meet_article(picks: Picks, state: str, kind: type[Event], thorough: bool) -> Met:
    event = event_of(picks, kind)
    own = kind in (TimedOut, happenings.WrittenOnPaper) or kind in OF_DESK
    states = CLOCK.get(state) if own else None
    if kind in AT_WINDOW:
        states = (*dict.fromkeys((*CLOCK[state], "at_office")),)
    elif isinstance(event, Happening) and not own:
        states = AFTER.get(type(event))
    article = article_in(picks, states, part="addressee")
    window = at_window(picks, article, event) if kind in AT_WINDOW else None
    paper = None
    if isinstance(event, happenings.WrittenOnPaper):
        paper = on_paper(picks, article, event)
    corrected = kind is happenings.NumberCorrected
    proof: Proof | None = picks.pick(("pin", "two")) if corrected else None
    staff = corrected and bool(picks.pick((False, True)))
    has_it = corrected and article.linked and bool(picks.pick((False, True)))
    facts = ClockFacts(NOW, TODAY, article, window, staff, has_it, paper, proof=proof)
    return Met(Nothing(), event, facts)


def _meet_offer(picks: Picks, state: str, kind: type[Event], thorough: bool) -> Met:
    sent = SentOffer(3, "45", 2)
    among = ((sent,), (sent, SentOffer(4, "46", 0))) if kind is TimedOut else ((), (sent,))
    context = lazy(LastOffer, picks, {"at": one_of(NOW)})
    return Met(context, event_of(picks, kind), OfferFacts(NOW, picks.pick(among)))


def _meet_new_phone(picks: Picks, state: str, kind: type[Event], thorough: bool) -> Met:
    pins = (
        ("right", "wrong", "locked")
        if (state, kind) == ("asked", events.GivePin)
        else ("unchecked",)
    )
    domains = {
        "now": one_of(NOW),
        "staff": one_of("45"),
        "pin": one_of(*pins),
        "left": one_of(1, 2),
    }
    return Met(Nothing(), kind(), lazy(NewPhoneFacts, picks, domains))


def _meet_helped(picks: Picks, state: str, kind: type[Event], thorough: bool) -> Met:
    event = event_of(picks, kind, thorough=False)  # an answer names no article
    domains = {"now": one_of(NOW), "open": one_of(0, 7, 8), "collect": one_of("", "6785")}
    return Met(HelpAsked(7), event, lazy(HelpedFacts, picks, domains))


_INPUTS: Mapping[str, Inputs] = {
    "recipient": Inputs(
        _meet_recipient,
        sampled="a second article is booked or delivered; in all states but a transition's first,"
        " the answer names no article and there is one",
    ),
    "postman": Inputs(
        _meet_postman,
        sampled="a second item of a text is one he is coming to, not on his list, or the first, and"
        " meets one past; in all states but a transition's first there is none, and his last text"
        " was just now",
    ),
    "new_phone": Inputs(_meet_new_phone),
    "helped": Inputs(_meet_helped),
    "offer": Inputs(_meet_offer),
    "move": Inputs(_meet_move, rests=frozenset(("still",))),
    "recall": Inputs(_meet_move, rests=frozenset(("still",))),
    "exception": Inputs(_meet_exception, rests=frozenset(("still",))),
    "article": Inputs(_meet_article, rests=frozenset(("searched", "over"))),
}


def inputs_of(machine: Machine) -> Inputs:
    """Return the inputs of a machine of ours; of any other, those that its parties' facts imply."""
    return _INPUTS.get(machine.name, Inputs(_meet_party))
