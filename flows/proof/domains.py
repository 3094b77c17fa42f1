"""The values of events and articles: the domains of their fields, for the walk of `check`.

A domain belongs to a field by its name; fields without one take what their type implies
(`flows/proof/paths.py`). Combinations that the books exclude are not tried: an article that was
delivered has a time of delivery.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import date, timedelta
from functools import cache
from types import MappingProxyType
from typing import get_args, get_type_hints

from flows import events, happenings, remarks
from flows.events import Approach, Event, ExceptionReason, Handover, Remark, VisitAct
from flows.facts import TRIES_PER_DAY, ArticleFact, ArticleState, PaperFact, WindowFact
from flows.happenings import Happening
from flows.proof.paths import NOW, TODAY, Domain, Picks, among, implied_by, lazy, one_of
from flows.trust import MOST_DOORS, MOST_MOVES, MOST_WARNED
from flows.wishes import DayNamed, PersonWish, WishKind

NUMBER, OTHER, ALIKE = "EU123456785IN", "RR287043775IN", "RR000006785IN"
_PHONE = "+919876543210"
_OPEN: tuple[ArticleState, ...] = ("booked", "out_for_delivery", "attempted", "at_office")

_MOVED: tuple[ArticleState, ...] = ("booked", "out_for_delivery", "attempted")

# The states of an article when somebody is told this of it: the books are written first.
AFTER: Mapping[type[Happening], tuple[ArticleState, ...]] = {
    happenings.Booked: ("booked",),
    happenings.WentOut: ("out_for_delivery",),
    happenings.Approached: ("out_for_delivery",),
    happenings.RefusalClaimed: ("out_for_delivery",),
    happenings.TriesRanOut: ("out_for_delivery",),
    happenings.HandedOver: ("delivered",),
    happenings.SignedFor: ("delivered",),
    happenings.Excepted: ("delivered",),
    happenings.GivenOnWord: ("delivered",),
    happenings.WordTried: ("out_for_delivery",),
    happenings.ExceptionAsked: ("out_for_delivery",),
    happenings.ExceptionGranted: ("out_for_delivery",),
    happenings.NamedAtDoor: ("out_for_delivery",),
    happenings.NumberAgreed: ("out_for_delivery",),
    happenings.ExceptionContested: ("delivered",),
    happenings.OfflineClaimed: ("out_for_delivery", "attempted", "at_office"),
    happenings.HandedOverOnPaper: ("delivered",),
    happenings.Collected: ("delivered",),
    happenings.NotReceived: ("delivered",),
    happenings.Attempted: ("attempted",),
    happenings.Refused: ("attempted",),
    happenings.RemarkConfirmed: ("attempted",),
    happenings.DayChosen: ("booked", "attempted", "at_office"),
    happenings.SenderChoseDay: ("booked", "attempted"),
    happenings.DueMoved: ("booked", "out_for_delivery", "attempted", "at_office"),
    happenings.GivenBack: ("attempted",),
    happenings.ItemsCame: ("out_for_delivery",),
    happenings.CameToOffice: ("at_office",),
    happenings.HoldExtended: ("at_office",),
    happenings.Reminded: ("at_office",),
    happenings.Returned: ("returned",),
    happenings.Recalled: ("recalled",),
    happenings.RemarkJudged: ("attempted", "at_office"),
    happenings.MoveAsked: _MOVED,
    happenings.NamedForMove: _MOVED,
    happenings.MovedAway: _MOVED,
    happenings.Relinked: _MOVED,
    happenings.MoveDisputed: _OPEN,
}

# What the help desk or the office does to an article in any state.
OF_DESK = (
    happenings.CodeStopped,
    happenings.NumberCorrected,
    happenings.RemarkJudged,
    happenings.Reopened,
    happenings.TakenIn,
    happenings.WishKeeps,
)

# Somebody is at the office window for an article, in any state of its own conversation.
AT_WINDOW = (happenings.ToldCodeAtWindow, happenings.DocumentShown)

# The states of an article while its own conversation waits in a state.
CLOCK: Mapping[str, tuple[ArticleState, ...]] = {
    "booked": ("booked",),
    "out": ("out_for_delivery",),
    "witness": ("attempted",),
    "waiting": ("booked", "out_for_delivery", "attempted"),
    "at_office": ("at_office",),
    "reminded": ("at_office",),
    "refused": ("attempted",),
    "unlinked": ("booked", "attempted"),
    "searched": ("booked", "out_for_delivery", "attempted"),
    "over": ("delivered", "returned", "recalled"),
}


# ---- events ------------------------------------------------------------------------------------

_EVENT_FIELDS: Mapping[str, Domain[object]] = {
    "which": one_of(None, "6785", NUMBER, "0000"),
    "article": one_of(NUMBER),
    "phone": one_of(None, "", _PHONE),
    "day": one_of(None, 0, 14, 15, 16, 21, 22, 31, 99),
    "remark": one_of(*remarks.TYPED),
    "count": one_of(1, 999),
    "ticket": one_of(7),
    "named": one_of(None, _PHONE),
    "staff": one_of("1001"),
    "hour": one_of(None, 10),
    "missing": one_of((), (2,)),
    "on": one_of(None, date(2026, 8, 13)),
    "by": one_of("2001"),
    "second": one_of(None, "2001", "3001"),
    "said_at": one_of(NOW - timedelta(minutes=40)),
    "slip": one_of(4),
    "outage": one_of(2),
    "document": one_of(None, "voter"),
    "meaning": one_of("yes", "no"),
    "how": one_of("counter"),
    "serial": one_of(1, 8),
    "item": one_of(0, 7),
    "offer": one_of(None, 3),
    "items": one_of(("7",), ("7", "8"), ("7", "9")),
    "weekdays": one_of((), (1, 3, 5), (1, 2, 3, 4, 5, 6)),
    "moved_to": one_of(TODAY + timedelta(days=3)),
}
_ACT_FIELDS: Mapping[str, Domain[object]] = {
    "item": one_of("7"),
    "missing": one_of((), (2,), (2, 2), (4,)),
    "remark": _EVENT_FIELDS["remark"],
    "amount": one_of(None, 1, 500),
    "document": one_of(None, "voter"),
}


def event_of(picks: Picks, kind: type[Event], thorough: bool = True) -> Event:
    """Return an event of `kind`, each in some run. A phone is None only if its type says so."""
    if kind is events.AnotherDay:
        return another_day(picks, thorough)
    if kind is events.AskVisit:
        return ask_visit(picks)
    if kind is events.AskException:
        return ask_exception(picks)
    if kind is events.Wished:
        return wished(picks, thorough)
    values: dict[str, object] = {}
    for name, domain in _event_domains(kind).items():  # type: ignore[arg-type]  # classes are hashable
        known = one_of(None) if name == "which" and not thorough else domain
        values[name] = known(picks, None)
    return kind(**values)


@cache
def _event_domains(kind: type[Event]) -> Mapping[str, Domain[object]]:
    if not is_dataclass(kind):
        return {}
    hints = get_type_hints(kind)
    domains = {
        field.name: _EVENT_FIELDS.get(field.name, implied_by(hints[field.name]))
        for field in fields(kind)
    }
    if hints.get("by") is not str:  # not who serves at the window: who wishes a move
        domains.pop("by", None)
        domains |= {"by": implied_by(hints["by"])} if "by" in hints else {}
    if hints.get("document") == events.DocumentType:  # shown, not left out
        domains["document"] = one_of("voter")
    return domains | ({"phone": one_of("", _PHONE)} if hints.get("phone") is str else {})


_DAYS = (
    DayNamed(offset=1), DayNamed(offset=2), DayNamed(weekday=5), DayNamed(weekday=6),
    DayNamed(day=17, month=8), DayNamed(day=30, month=2), DayNamed(),
)  # fmt: skip


def ask_visit(picks: Picks) -> events.AskVisit:
    day = _EVENT_FIELDS["day"](picks, None)
    named = picks.pick((None, *_DAYS)) if day is None else None
    return events.AskVisit(NUMBER, day, named)  # type: ignore[arg-type]  # of these domains


def ask_exception(picks: Picks) -> events.AskException:
    """Return a question for each reason; a number that is another's may be followed by its own."""
    reason = picks.pick(get_args(ExceptionReason))
    phone = picks.pick((None, "", _PHONE)) if reason == 4 else None
    return events.AskException("7", reason, "voter", phone)


def another_day(picks: Picks, thorough: bool) -> events.AnotherDay:
    which = _EVENT_FIELDS["which"](picks, None) if thorough else None
    day = _EVENT_FIELDS["day"](picks, None)
    named = picks.pick((None, *_DAYS)) if day is None else None
    return events.AnotherDay(which, day, named)  # type: ignore[arg-type]  # of these domains


_PAIRS: tuple[tuple[WishKind, WishKind], ...] = (
    ("not_home", "nominate"), ("true", "never_came"), ("accept", "decline"), ("yes", "no"),
    ("stop", "start"), ("unclear", "hold"), ("thanks", "where"), ("never_came", "address_hint"),
)  # fmt: skip


def wished(picks: Picks, thorough: bool) -> events.Wished:
    """Return one wish of each kind, naming an article or a day, or two at once."""
    kind = picks.pick((*get_args(WishKind), None))
    if kind is None:
        first, second = picks.pick(_PAIRS)
        return events.Wished((PersonWish(first), PersonWish(second)), 1)
    which = picks.pick((None, "6785", "0000")) if thorough else None
    day = picks.pick((None, *_DAYS)) if kind == "another_day" and which is None else None
    return events.Wished((PersonWish(kind, which, day),), 1)


_CROWD = (Approach("9"),) * MOST_DOORS  # with one more, they are too many at once


def is_excepted(act: VisitAct | None) -> bool:
    """Tell whether this is remark 28: it meets what it alone looks at, and no second item."""
    return isinstance(act, Handover) and act.proof == "exception"


def is_offline(act: VisitAct | None) -> bool:
    """Tell whether this is a code and three digits: it meets what it alone looks at."""
    return isinstance(act, Handover) and act.proof == "offline"


def on_word(act: VisitAct | None) -> bool:
    """Tell whether this is a household's word: it meets what it alone looks at, as remark 28."""
    return isinstance(act, Handover) and act.proof == "word"


ROUND_ABOUT: tuple[VisitAct, ...] = (Approach("28"), Approach("1"))
"""`28 1`, written the other way round: it meets what is said of that alone."""


def visit(picks: Picks, thorough: bool) -> events.Visit:
    kinds: tuple[type[VisitAct], ...] = (Approach, Handover, Remark)
    act = lazy(picks.pick(kinds), picks, _ACT_FIELDS)
    others = ((), (Approach("8"),), (Approach("9"),), (Approach(NUMBER),), _CROWD)
    if is_offline(act):
        return events.Visit((Handover("7", "offline"),))
    if isinstance(act, Approach):
        act = Approach(picks.pick(("7", "28", "29")))
    alone = is_excepted(act) or on_word(act)
    more = others if thorough and not alone else ((),)
    if act == ROUND_ABOUT[0]:
        more = (*more, ROUND_ABOUT[1:])
    return events.Visit((act, *picks.pick(more)))


# ---- articles ----------------------------------------------------------------------------------


def _expires(picks: Picks, article: ArticleFact) -> object:
    if article.code == "none":
        return None
    soon, later = NOW + timedelta(seconds=20), NOW + timedelta(seconds=590)
    if article.code == "live":
        return picks.pick((soon, later))
    return NOW - timedelta(minutes=1) if article.code == "expired" else later


def _where(state: str, then: Domain[object], otherwise: object) -> Domain[ArticleFact]:
    """Return `then` while the article is in `state`, else `otherwise`."""
    return lambda picks, article: then(picks, article) if article.state == state else otherwise


BY_WISH: Domain[ArticleFact] = _where("at_office", one_of(False, True), False)
"""Whether a wish keeps it: met where a text can be about that alone."""


def _nominee(picks: Picks, article: ArticleFact) -> object:
    if article.part != "addressee":
        return "agreed" if article.part == "nominee" else "asked"
    return picks.pick(("none", "asked", "agreed"))


def _witness(picks: Picks, article: ArticleFact) -> object:
    if article.state == "at_office":  # a contested remark brings it back from there
        return picks.pick(("none", "unconfirmed", "confirmed"))
    if article.state == "attempted":
        return picks.pick(("none", "unconfirmed", "confirmed", "contested"))
    return "none"


def _asked(picks: Picks, article: ArticleFact) -> object:
    """The holder can be asked only where there is one, and what is not over can be moved."""
    return picks.pick((False, True)) if article.state in _OPEN and article.linked else False


def _asked_by(picks: Picks, article: ArticleFact) -> object:
    return picks.pick(("sender", "door")) if article.asked else "sender"


def _recalling(picks: Picks, article: ArticleFact) -> object:
    return picks.pick((False, True)) if article.state in _OPEN else False


def _holds_from(picks: Picks, article: ArticleFact) -> object:
    if article.nominee != "agreed":
        return None
    return picks.pick((None, NOW, NOW + timedelta(minutes=9)))


def _exception(picks: Picks, article: ArticleFact) -> object:
    return picks.pick(("none", "asked")) if article.state == "out_for_delivery" else "none"


def _mode(article: ArticleFact) -> tuple[object, ...]:
    """A pilot is one of codes; what comes without them is off, or as it always was."""
    return ("on", "pilot", "off") if article.otp_required else ("on", "off")


def _suspended(picks: Picks, article: ArticleFact) -> object:
    """Only what waits for its witness is suspended."""
    return picks.pick((False, True)) if article.witness == "unconfirmed" else False


def _final(picks: Picks, article: ArticleFact) -> object:
    remarked = article.state in ("attempted", "at_office") and article.remark is not None
    return picks.pick((False, True)) if remarked else False


def _judged(picks: Picks, article: ArticleFact) -> object:
    answered = article.witness in ("confirmed", "contested")
    return picks.pick((False, True)) if answered else False


_HANDED_OVER_BEFORE = (
    timedelta(0), timedelta(hours=24), timedelta(hours=24, seconds=1), timedelta(days=8),
)  # fmt: skip


def _told_at(picks: Picks, article: ArticleFact) -> object:
    """Only what was handed over long ago can have been told of late."""
    long_ago = article.delivered_at == NOW - _HANDED_OVER_BEFORE[-1]
    return picks.pick((None, NOW)) if long_ago else None


_ARTICLE: Mapping[str, Domain[ArticleFact]] = {
    "amount": one_of(0, 500),
    "code_expires_at": _expires,
    "code_issue": one_of(0, 1),
    "wrong_tries": one_of(0, TRIES_PER_DAY - 1, TRIES_PER_DAY),
    "code_sends": one_of(4, 5),
    "nominee": _nominee,
    "nominations": one_of(2, 3),
    "remark": one_of(None, *remarks.EXAMPLES),
    "witness": _witness,
    "suspended": _suspended,
    "final": _final,
    "judged": _judged,
    "chosen_day": one_of(None, TODAY + timedelta(days=1)),
    "choose_until": one_of(None, TODAY, TODAY + timedelta(days=1), TODAY + timedelta(days=7)),
    "held_until": _where("at_office", one_of(TODAY, TODAY + timedelta(days=7)), None),
    "extended": _where("at_office", one_of(False, True), False),
    "by_wish": one_of(False),
    "delivered_at": _where(
        "delivered",
        one_of(*(NOW - each for each in _HANDED_OVER_BEFORE)),
        None,
    ),
    "told_at": _told_at,
    "objected": _where("delivered", one_of(False, True), False),
    "exception": _exception,
    "exceptions": one_of(1),
    "excepted": _where("delivered", one_of(False, True), False),
    "on_word": one_of(False),
    "claimed": one_of(False),
    "fraud_reports": one_of(0, 1, 2, 3),
    "herd": one_of(None, MOST_WARNED, MOST_WARNED + 1),
    "moves": one_of(0, MOST_MOVES),
    "questions": one_of(1),
    "asked": _asked,
    "asked_by": _asked_by,
    "recalling": _recalling,
    "pieces": one_of(1, 3),
    "holds_from": _holds_from,
    "mode": among(_mode),
    "quote": one_of("unchecked"),
    "may_take": one_of("holder"),
    "takes_from": one_of(None),
}


def article_in(
    picks: Picks,
    states: tuple[str, ...] | None,
    more: Mapping[str, Domain[ArticleFact]] = MappingProxyType({}),
    **known: object,
) -> ArticleFact:
    """Return an article in one of `states`; `more`: domains of this input alone."""
    among = _among(states)
    return lazy(ArticleFact, picks, {**among, **more} if more else among, number=NUMBER, **known)


@cache
def _among(states: tuple[str, ...] | None) -> Mapping[str, Domain[ArticleFact]]:
    return _ARTICLE if states is None else {**_ARTICLE, "state": one_of(*states)}


@cache  # it is met a million times, and nobody can change it
def fixed(number: str, state: ArticleState) -> ArticleFact:
    """Return a second article of the same telephone."""
    delivered_at = NOW if state == "delivered" else None
    return ArticleFact(
        number, state, True, 0, "none", None, 0, 0, 0, False, delivered_at=delivered_at
    )


# ---- the window --------------------------------------------------------------------------------

_ROLES = one_of(None, "clerk", "postmaster")


def at_window(picks: Picks, article: ArticleFact, event: Event) -> WindowFact:
    """What was said at the window, and who is there."""

    def verdict(picks: Picks, _: object) -> object:
        """As postal/codes.py judges."""
        if not isinstance(event, happenings.ToldCodeAtWindow):
            return "unchecked"
        if article.locked:
            return "locked"
        if article.code_for != "window" or article.code not in ("live", "expired"):
            return picks.pick(("none",) if article.code == "none" else ("none", "stale"))
        right = "right" if article.code == "live" else "expired"
        return picks.pick((right, "wrong", "stale"))

    return lazy(WindowFact, picks, {"verdict": verdict, "by": _ROLES, "second": _ROLES})


# ---- the slip of an outage -----------------------------------------------------------------------


def on_paper(picks: Picks, article: ArticleFact, event: happenings.WrittenOnPaper) -> PaperFact:
    """What the books know of a line on a slip, and of who types it."""

    def item(picks: Picks, _: object) -> object:
        if article.state == "out_for_delivery":
            return picks.pick(("open", "withdrawn", "elsewhere"))
        return picks.pick(("delivered",) if article.state == "delivered" else ("attempted",))

    def verdict(picks: Picks, _: object) -> object:
        """As postal/codes.py judges."""
        if event.shown == "signature" or not article.coded:
            return "unchecked"
        if article.locked:
            return "locked"
        if article.code == "none":
            return "none"
        alive = article.code in ("live", "expired") and article.code_for == "handover"
        return picks.pick(("right", "wrong") if alive else ("late", "wrong"))

    people = one_of("clerk"), one_of(None, "clerk", "postmaster")
    domains = {"verdict": verdict, "item": item, "by": people[0], "opener": people[1]}
    return lazy(PaperFact, picks, domains)
