"""What a recipient says in own words: each wish brings its question, with the digits to answer it.

Words propose, digits dispose (docs/developing/trust.md rule 1): nothing here moves, ends or
confirms anything. A remark that words contest is suspended until the digit comes, a hint to the
place is kept, and a text that nothing explains goes to the help desk.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Final, TypeVar

from flows import status
from flows.acts.codes import KillCode
from flows.acts.nominee import AcceptNomination, EndNomination
from flows.acts.remarks import ConfirmRemark, ContestRemark, SuspendRemark
from flows.acts.reports import NoteHint, OpenTicket
from flows.decision import Act, Asked, Decision, Say
from flows.events import Deny, Said, Wished, Yes
from flows.facts import ArticleFact, RecipientFacts
from flows.machine import SAME, Case
from flows.recipient import days
from flows.recipient.answers import asks_witness, deny, is_witness, unsaid, yes
from flows.recipient.moves import ask_holder, is_asked
from flows.recipient.states import (
    ASKED_BACK,
    MACHINE,
    Sensible,
    digits,
    is_open,
    meant,
    say_at_office,
    stay,
)
from flows.recipient.wishes import refuse_nominee
from flows.wishes import PersonWish, WishKind

K = TypeVar("K")
V = TypeVar("V")

_MOST_ANSWERS: Final = 2  # of a text with two wishes

WishCase = Case[Said | Wished, Asked, RecipientFacts]


@dataclass(frozen=True)
class _Answer:
    """What one wish brings. `about`: the article that the next digit is about."""

    says: tuple[Say, ...] = ()
    acts: tuple[Act, ...] = ()
    about: str | None = None


_SILENCE: Final = _Answer()
_Handler = Callable[[WishCase, PersonWish], _Answer]


# ---- a bare yes or no ----------------------------------------------------------------------------


@MACHINE.on(
    Said,
    to=("asked_back", "quiet", SAME),
    says=(
        "nothing_waiting", "which_article", "remark_confirmed", "remark_confirmed_last",
        "remark_contested", "nominee_not_now", "nominee_thanks", "nominee_declined", "ask_accept",
        "ask_code", "ask_contest", "ask_no", "ask_not_mine", "ask_not_received", "ask_refusal",
        "move_asked",
    ),
    acts=(
        ConfirmRemark, ContestRemark, OpenTicket, AcceptNomination, EndNomination, KillCode,
    ),
    tells=("recipient", "office", "article"),
)  # fmt: skip
def said(case: Case[Said, Asked, RecipientFacts]) -> Decision[Asked]:
    """Answer what was asked last; ask back where that was no question of yes or no."""
    number = _asked_last(case)
    if number is not None:
        if case.event.answer == "yes":
            return yes(Case(case.state, case.context, Yes(number), case.facts))
        return deny(Case(case.state, case.context, Deny(number), case.facts))
    kind: WishKind = case.event.answer
    return _together(case, (_ANSWERS[kind](case, PersonWish(kind)),))


def _asked_last(case: WishCase) -> str | None:
    """Return the article about which this telephone was asked last, and that in a yes or no."""
    for article in case.facts.articles:
        if article.number != case.context.article:
            continue
        if case.state == "asked" and article.part == "asked" and is_open(article):
            return article.number
        remark = article.state == "attempted" and is_witness(article, case.state, case.context)
        if case.state == "attempted" and remark and not article.suspended:
            return article.number
    return None


# ---- the article meant ---------------------------------------------------------------------------


def _recent(article: ArticleFact) -> bool:
    return is_open(article) or (article.state == "delivered" and not article.objected)


def _of(
    sensible: Sensible, answer: Callable[[WishCase, PersonWish, ArticleFact], _Answer]
) -> _Handler:
    """Return the handler that answers about the article meant, or asks which one that is."""

    def handler(case: WishCase, wish: PersonWish) -> _Answer:
        article = meant(case, wish.which, sensible)
        if isinstance(article, Say):
            return _Answer((article,))
        return replace(answer(case, wish, article), about=article.number)

    return handler


def _ask(template: str, article: ArticleFact) -> _Answer:
    return _Answer((digits(template, article),))


def _of_addressee(
    answer: Callable[[WishCase, PersonWish, ArticleFact], _Answer],
) -> _Handler:
    """Return the handler of what an addressee decides; a nominee is asked whether he takes it."""

    def handler(case: WishCase, wish: PersonWish, article: ArticleFact) -> _Answer:
        if not is_open(article):  # named, and over
            return _Answer((status.say(article),))
        if article.part != "addressee":
            return _ask("ask_accept", article)
        return answer(case, wish, article)

    return _of(is_open, handler)


# ---- yes, no, and the code -----------------------------------------------------------------------


def _yes(case: WishCase, wish: PersonWish) -> _Answer:
    article = meant(case, wish.which, _recent)
    if isinstance(article, Say):  # nothing that a yes could be about, or several
        return _SILENCE if article.template == "nothing_waiting" else _Answer((article,))
    return replace(_yes_to(case, article), about=article.number)


def _yes_to(case: WishCase, article: ArticleFact) -> _Answer:
    if article.part == "asked":
        return _ask("ask_accept", article)
    if is_asked(article) and article.number == case.context.article:
        return _Answer((ask_holder(article),))
    if article.state == "attempted" and is_witness(article, case.state, case.context):
        return _ask("ask_contest", article)
    if article.state == "out_for_delivery" and article.otp_required:
        return _ask("ask_code", article)
    return _SILENCE


def _no(case: WishCase, wish: PersonWish, article: ArticleFact) -> _Answer:
    if article.state == "delivered":
        return _ask("ask_not_received", article)
    if not is_open(article):
        return _Answer((status.say(article),))
    if article.part != "addressee":
        return _ask("ask_accept", article)
    if is_asked(article) and article.number == case.context.article:
        return _Answer((ask_holder(article),))
    if _is_refused(article):
        return _ask("ask_refusal", article)
    if asks_witness(article) and article.state == "attempted":
        return _ask("ask_contest", article)
    return _ask("ask_not_mine", article) if article.state == "booked" else _Answer((Say("ask_no"),))


def _is_refused(article: ArticleFact) -> bool:
    """Tell whether the postman says that it is refused, and a code waits to prove it."""
    return article.code == "live" and article.code_for == "refusal"


def _code(case: WishCase, wish: PersonWish, article: ArticleFact) -> _Answer:
    return _of_code("ask_code", article)


def _aloud(case: WishCase, wish: PersonWish, article: ArticleFact) -> _Answer:
    return _of_code("ask_speak" if case.facts.may_call else "ask_code", article)


def _of_code(template: str, article: ArticleFact) -> _Answer:
    if not is_open(article):
        return _Answer((status.say(article),))
    if article.part == "asked":
        return _ask("ask_accept", article)
    if not article.otp_required:
        return _ask("no_code_needed", article)
    if article.state not in ("out_for_delivery", "at_office"):
        return _ask("code_not_yet", article)
    return _ask(template, article)


# ---- another day, the office, somebody else ------------------------------------------------------


def _not_home(case: WishCase, wish: PersonWish, article: ArticleFact) -> _Answer:
    if article.state == "at_office":
        return _Answer((say_at_office(article),))
    return _ask("ask_not_home", article)


def _another_day(case: WishCase, wish: PersonWish, article: ArticleFact) -> _Answer:
    facts = case.facts
    if article.state == "at_office":
        return _Answer((say_at_office(article),))
    if not days.may_choose(article, facts):
        return _ask("day_not_now", article)
    day = None if wish.day is None else days.named(wish.day, facts.today)
    if day is None or not days.is_possible(day, article, facts):
        return _ask("ask_other_day", article)
    say = Say("ask_day", {"digits": article.digits, "date": day.day}, article.number)
    return _Answer((say,))


def _hold(case: WishCase, wish: PersonWish, article: ArticleFact) -> _Answer:
    if article.state == "booked":  # not arrived yet: it cannot be kept here
        return _ask("code_not_yet", article)
    if article.state == "at_office" and article.extended:
        return _Answer((say_at_office(article),))
    return _ask("ask_hold", article)


def _nominate(case: WishCase, wish: PersonWish, article: ArticleFact) -> _Answer:
    return _ask(refuse_nominee(article) or "nominee_how", article)


def _take_back(case: WishCase, wish: PersonWish, article: ArticleFact) -> _Answer:
    return _ask("nominee_none" if article.nominee == "none" else "ask_take_back", article)


def _asks(template: str) -> _Handler:
    """Return the handler that asks an addressee with `template`."""
    return _of_addressee(lambda case, wish, article: _ask(template, article))


def _refuse(case: WishCase, wish: PersonWish, article: ArticleFact) -> _Answer:
    return _ask("ask_refusal" if _is_refused(article) else "ask_refuse", article)


def _hint(case: WishCase, wish: PersonWish, article: ArticleFact) -> _Answer:
    if not is_open(article):
        return _Answer((status.say(article),))
    return _Answer((digits("hint_kept", article),), (NoteHint(article.number),))


# ---- where is it, it did not come ----------------------------------------------------------------


def _where(case: WishCase, wish: PersonWish) -> _Answer:
    article = meant(case, wish.which, is_open)
    if isinstance(article, Say) and article.template == "nothing_waiting":
        article = meant(case, wish.which, lambda each: each.part != "asked")
    if isinstance(article, Say):
        return _Answer((article,))
    return _Answer((status.say(article),), about=article.number)


def _not_received(case: WishCase, wish: PersonWish) -> _Answer:
    if _delivered_last(case, wish):
        return _of(_delivered, _asked_whether_received)(case, wish)
    return _where(case, wish)


def _delivered(article: ArticleFact) -> bool:
    return article.state == "delivered"


def _asked_whether_received(case: WishCase, wish: PersonWish, article: ArticleFact) -> _Answer:
    return _ask("ask_not_received", article)


def _received(case: WishCase, wish: PersonWish) -> _Answer:
    """Answer shortly where something was delivered: "I have it" may have been read wrongly."""
    if _delivered_last(case, wish):
        return _of(_delivered, lambda c, w, article: _ask("glad_received", article))(case, wish)
    return _SILENCE


def _delivered_last(case: WishCase, wish: PersonWish) -> bool:
    """Tell whether a delivered article is meant: named, mentioned last, or none other is left."""
    known = case.facts.articles
    if wish.which is not None:
        return any(_delivered(a) and wish.which in (a.number, a.digits) for a in known)
    if any(_delivered(a) and a.number == case.context.article for a in known):
        return True
    return any(map(_delivered, known)) and not any(map(is_open, known))


def _never_came(case: WishCase, wish: PersonWish) -> _Answer:
    if _delivered_last(case, wish):
        return _not_received(case, wish)
    article = meant(case, wish.which, _can_be_contested)
    if isinstance(article, Say) or not _can_be_contested(article):
        several = isinstance(article, Say) and article.template != "nothing_waiting"
        return _Answer((article,)) if several and isinstance(article, Say) else _where(case, wish)
    open_still = is_witness(article, case.state, case.context) and not article.suspended
    acts = (SuspendRemark(article.number),) if open_still else ()
    return _Answer((digits("ask_contest", article),), acts, article.number)


def _true(case: WishCase, wish: PersonWish) -> _Answer:
    article = meant(case, wish.which, asks_witness)
    if isinstance(article, Say) or article.part == "asked" or not asks_witness(article):
        return _yes(case, wish)
    return _Answer((digits("ask_contest", article),), about=article.number)


def _can_be_contested(article: ArticleFact) -> bool:
    return article.part != "asked" and (asks_witness(article) or unsaid(article))


# ---- about us, and nothing -----------------------------------------------------------------------


def _says(template: str) -> _Handler:
    return lambda case, wish: _Answer((Say(template),))


def _silence(case: WishCase, wish: PersonWish) -> _Answer:
    return _SILENCE


def _acknowledged(case: WishCase, wish: PersonWish) -> _Answer:
    """Take an "ok" for no answer to a question: that needs a digit, or a plain yes."""
    return _SILENCE if _asked_last(case) is None else _yes(case, wish)


def _greeting(case: WishCase, wish: PersonWish) -> _Answer:
    return _SILENCE if case.facts.greeted else _Answer((Say("greeted"),))


def _unclear(case: WishCase, wish: PersonWish) -> _Answer:
    """Say the menu, and let the help desk read the text."""
    return _Answer((Say("recipient_menu"),), (OpenTicket("unparsed"),))


_ANSWERS: Final[Mapping[WishKind, _Handler]] = MappingProxyType(
    {
        "send_code": _of(is_open, _code),
        "speak_code": _of(is_open, _aloud),
        "told_code": _says("code_kept"),
        "fraud": _says("ask_fraud"),
        "not_home": _of_addressee(_not_home),
        "another_day": _of_addressee(_another_day),
        "hold": _of_addressee(_hold),
        "nominate": _of_addressee(_nominate),
        "take_back_nominee": _of_addressee(_take_back),
        "accept": _yes,
        "decline": _of_addressee(_refuse),
        "refuse": _of_addressee(_refuse),
        "no_money": _asks("ask_no_money"),
        "address_hint": _of(is_open, _hint),
        "where": _where,
        "received": _received,
        "not_received": _not_received,
        "never_came": _never_came,
        "true": _true,
        "not_mine": _asks("ask_not_mine"),
        "new_number": _asks("ask_new_number"),
        "dead": _asks("say_dead"),
        "moved_away": _asks("say_moved_away"),
        "recall": _where,
        "correct_number": _asks("ask_new_number"),
        "how": _says("say_how"),
        "human": _says("ask_person"),
        "stop": _says("ask_stop"),
        "start": _says("ask_start"),
        "language_hi": _says("language_menu"),
        "language_roman": _says("language_menu"),
        "language_en": _says("language_menu"),
        "yes": _yes,
        "no": _of(_recent, _no),
        "thanks": _silence,
        "greeting": _greeting,
        "acknowledged": _acknowledged,
        "notice": _silence,
        "autoresponder": _silence,
        "quote": _silence,
        "chatter": _silence,
        "abuse": _says("ask_person"),
        "unclear": _unclear,
    }
)

# Of two that contradict each other only the first is answered: its question has both answers.
_CONTRARY: Final[Mapping[WishKind, WishKind]] = MappingProxyType(
    {"yes": "no", "accept": "decline", "start": "stop"}
)


def _apart(wishes: Iterable[PersonWish]) -> tuple[PersonWish, ...]:
    """Return the wishes to answer: without what nothing explains, and what is taken back."""
    kinds = [wish.what for wish in wishes]
    clear = [wish for wish in wishes if wish.what != "unclear"]
    kept = [wish for wish in clear if _CONTRARY.get(wish.what) not in kinds]
    return tuple(kept or wishes)


_TEMPLATES: Final = (
    *ASKED_BACK, *status.TEMPLATES, "ask_code", "ask_speak", "code_kept", "ask_fraud",
    "ask_not_home", "ask_day", "ask_other_day", "ask_hold", "nominee_how", "nominee_not_allowed",
    "nominee_not_now", "nominee_none", "ask_take_back", "ask_accept", "ask_refuse",
    "ask_refusal", "glad_received", "ask_no_money", "hint_kept", "ask_not_received",
    "ask_contest", "ask_not_mine",
    "ask_new_number", "say_dead", "say_moved_away", "say_how", "ask_person", "ask_stop",
    "ask_start", "language_menu", "ask_no", "greeted", "recipient_menu", "no_code_needed",
    "code_not_yet", "at_office", "at_office_last", "day_not_now", "move_asked",
)  # fmt: skip


@MACHINE.on(
    Wished,
    to=("asked_back", SAME),
    says=_TEMPLATES,
    acts=(SuspendRemark, NoteHint, OpenTicket),
)
def wished(case: Case[Wished, Asked, RecipientFacts]) -> Decision[Asked]:
    """Answer at most two wishes, each text once."""
    wishes = _apart(case.event.wishes)
    return _together(case, [_ANSWERS[wish.what](case, wish) for wish in wishes])


def _together(case: WishCase, answers: Iterable[_Answer]) -> Decision[Asked]:
    answers = tuple(answers)
    by_template = _once((say.template, say) for each in answers for say in each.says)
    says = tuple(by_template.values())[:_MOST_ANSWERS]
    acts = tuple(dict.fromkeys(act for each in answers for act in each.acts))
    if not says:
        return replace(stay(case), acts=acts)
    about = next((each.about for each in answers if each.says and each.about), None)
    context = case.context if about is None else Asked(about)
    # What was asked before in a yes or no is not what was asked last any more.
    state = "asked_back" if case.state in ("attempted", "asked") else case.state
    return Decision(state, context, says, acts)


def _once(pairs: Iterable[tuple[K, V]]) -> dict[K, V]:
    """Return the first value of each key, in order."""
    found: dict[K, V] = {}
    for key, value in pairs:
        found.setdefault(key, value)
    return found
