"""All that can come to each machine: the standing, events and facts that `check` goes through."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta

from flows import events, happenings
from flows.decision import Asked, Context, Done, LastVisit, Nothing
from flows.events import Event, Handover, TimedOut, VisitAct
from flows.facts import (
    ArticleFact,
    ArticleState,
    ClockFacts,
    DayFact,
    Facts,
    ItemFact,
    NewPhoneFacts,
    PartyFacts,
    PostmanFacts,
    RecipientFacts,
)
from flows.happenings import Happening
from flows.machine import Machine
from flows.proof.domains import (
    AFTER,
    ALIKE,
    AT_WINDOW,
    CLOCK,
    NUMBER,
    OF_DESK,
    OTHER,
    article_in,
    at_window,
    event_of,
    fixed,
    visit,
)
from flows.proof.paths import NOW, TODAY, Domain, Picks, lazy, one_of


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


def _meet_recipient(picks: Picks, state: str, kind: type[Event], thorough: bool) -> Met:
    event = event_of(picks, kind, thorough)
    asked = (None, NUMBER, OTHER) if thorough else (None,)
    context = lazy(Asked, picks, {"article": one_of(*asked)})

    def articles(picks: Picks, _: object) -> tuple[ArticleFact, ...]:
        if isinstance(event, Happening):
            return (article_in(picks, AFTER.get(type(event)), **_known_of(picks, event)),)
        if not thorough:
            return (article_in(picks, None, linked=True),)
        booked, alike = fixed(OTHER, "booked"), fixed(ALIKE, "booked")
        if picks.pick((True, False)):
            first = article_in(picks, None, linked=True)
            return picks.pick(((first,), (first, booked), (first, alike)))
        return picks.pick(((), (booked,), (fixed(OTHER, "delivered"),)))

    domains = {
        "now": one_of(NOW),
        "articles": articles,
        "code_ttl": one_of(600),
        "day_end": one_of(NOW + timedelta(hours=8)),
        "today": one_of(TODAY),
        "ticket": one_of(7),
    }
    return Met(context, event, lazy(RecipientFacts, picks, domains))


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
    if isinstance(event, happenings.TriesRanOut):
        known["otp_required"] = True
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
    done = lazy(Done, picks, {"article": one_of(NUMBER), "serial": one_of(7)})
    second = Done("approach", 8, OTHER)
    undoing = kind is events.Undo
    context = lazy(
        LastVisit,
        picks,
        {
            "done": one_of((), (done,), (done, second)) if undoing else one_of((done,)),
            "at": one_of(NOW, NOW - timedelta(minutes=2), NOW - timedelta(minutes=2, seconds=1)),
            "visiting": one_of((), (NUMBER,), (OTHER,)) if state == "ready"
            else one_of((NUMBER,), (OTHER,), (NUMBER, OTHER)),
        },
    )  # fmt: skip

    def items(picks: Picks, facts: PostmanFacts) -> tuple[ItemFact, ...]:
        if isinstance(event, events.Visit):
            first = _item(picks, "7", event.acts[0], facts)
            return (
                first,
                *(
                    _once_more(picks, first) if act.item == NUMBER else _item(picks, act.item)
                    for act in event.acts[1:]
                ),
            )
        if isinstance(event, events.Pass):
            return tuple(_item(picks, ref) for ref in event.items)
        if isinstance(event, Happening):
            return (_item(picks, event.article),)
        if isinstance(event, TimedOut):
            return tuple(_item(picks, ref) for ref in context.visiting)
        return tuple(_item(picks, act.article) for act in context.done)

    domains = {
        "now": one_of(NOW),
        "items": items,
        "left": one_of(1, 70),
        "next_serial": one_of(None, 3),
        "colleague": one_of(None, "45"),
        "day": lambda picks, _: lazy(DayFact, picks, _DAY),
        "written_at": one_of(None, NOW - timedelta(minutes=30), NOW - timedelta(minutes=31)),
    }
    return Met(context, event, lazy(PostmanFacts, picks, domains))


# The states of an article by that of its item; an item elsewhere has none.
_BY_ITEM: Mapping[str, tuple[ArticleState, ...]] = {
    "open": ("out_for_delivery",),
    "delivered": ("delivered",),
    "attempted": ("attempted", "at_office", "returned", "recalled"),
    "withdrawn": ("attempted", "at_office", "out_for_delivery", "delivered"),
}


def _item(
    picks: Picks, ref: str, act: VisitAct | None = None, facts: PostmanFacts | None = None
) -> ItemFact:
    if ref in ("8", OTHER):
        return ItemFact(ref, 8, "open", fixed(OTHER, "out_for_delivery"), approached=True)
    if ref == "9":
        return ItemFact(ref, 9, "elsewhere", None)

    def its_article(picks: Picks, item: ItemFact) -> ArticleFact | None:
        states = _BY_ITEM.get(item.state)
        return None if states is None else article_in(picks, states, part="addressee")

    def verdict(picks: Picks, item: ItemFact) -> object:
        """Return the verdict as postal/codes.py judges."""
        given = isinstance(act, Handover) and act.proof == "code"
        of = item.article
        if not given or of is None or not (of.otp_required or of.code_for == "refusal"):
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

    domains: Mapping[str, Domain[ItemFact]] = {
        "article": its_article,
        "verdict": verdict,
        "ref": one_of(ref) if ref == NUMBER else one_of("7", NUMBER),
    }
    return lazy(ItemFact, picks, domains, serial=7)


def _once_more(picks: Picks, item: ItemFact) -> ItemFact:
    """Return the same item of the same text, named by its article's number."""

    def alike(name: str) -> Domain[object]:
        return lambda picks, record: getattr(item, name)

    domains = {name: alike(name) for name in ("serial", "state", "article", "approached")}
    return lazy(ItemFact, picks, domains, ref=NUMBER, verdict="unchecked")


def _meet_party(picks: Picks, state: str, kind: type[Event], thorough: bool) -> Met:
    event = event_of(picks, kind)

    def article(picks: Picks, _: object) -> ArticleFact | None:
        if isinstance(event, Happening):
            return article_in(picks, AFTER.get(type(event)))
        return picks.pick((None, article_in(picks, None)))

    domains = {
        "now": one_of(NOW), "today": one_of(TODAY), "ticket": one_of(7), "article": article
    }  # fmt: skip
    return Met(Nothing(), event, lazy(PartyFacts, picks, domains))


def _meet_article(picks: Picks, state: str, kind: type[Event], thorough: bool) -> Met:
    event = event_of(picks, kind)
    states = CLOCK.get(state) if kind is TimedOut or kind in OF_DESK else None
    if kind in AT_WINDOW:
        states = (*dict.fromkeys((*CLOCK[state], "at_office")),)
    elif isinstance(event, Happening) and kind not in OF_DESK:
        states = AFTER.get(type(event))
    article = article_in(picks, states, part="addressee")
    window = at_window(picks, article, event) if kind in AT_WINDOW else None
    return Met(Nothing(), event, ClockFacts(NOW, TODAY, article, window))


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


_INPUTS: Mapping[str, Inputs] = {
    "recipient": Inputs(
        _meet_recipient,
        sampled="a second article is booked or delivered; in all states but a transition's first,"
        " the answer names no article and there is one",
    ),
    "postman": Inputs(
        _meet_postman,
        sampled="a second item of a text is one he is coming to, not on his list, or the first;"
        " in all states but a transition's first there is none",
    ),
    "new_phone": Inputs(_meet_new_phone),
    "article": Inputs(_meet_article, rests=frozenset(("searched", "over"))),
}


def inputs_of(machine: Machine) -> Inputs:
    """Return the inputs of a machine of ours; of any other, those that its parties' facts imply."""
    return _INPUTS.get(machine.name, Inputs(_meet_party))
