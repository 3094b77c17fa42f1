"""What each wish of a recipient brings: its question with the digits that answer it.

Words propose, digits dispose (docs/developing/trust.md rule 1): nothing here moves, ends or
confirms anything. A remark that words contest is suspended until the digit comes, and a hint to the
place is kept.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from types import MappingProxyType
from typing import Final

from flows import status
from flows.acts.remarks import SuspendRemark
from flows.acts.reports import NoteHint, OpenTicket
from flows.decision import Act, Asked, Say
from flows.events import Event, Said, Wished
from flows.facts import ArticleFact, RecipientFacts
from flows.machine import Case
from flows.recipient import days
from flows.recipient.answers import asks_witness, is_witness, unsaid
from flows.recipient.household import ask_again, is_wish_asked
from flows.recipient.moves import ask_holder, is_asked
from flows.recipient.states import Sensible, digits, is_open, meant, say_at_office
from flows.recipient.wishes import refuse_nominee
from flows.wishes import PersonWish, WishKind

GREETED_AGAIN_AFTER: Final = timedelta(days=1)
WishCase = Case[Said | Wished, Asked, RecipientFacts]


@dataclass(frozen=True)
class WishAnswer:
    """What one wish brings. `about`: the article that the next digit is about."""

    says: tuple[Say, ...] = ()
    acts: tuple[Act, ...] = ()
    about: str | None = None


_SILENCE: Final = WishAnswer()
_Handler = Callable[[WishCase, PersonWish], WishAnswer]


# ---- what was asked last


def asked_last(case: WishCase) -> str | None:
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
    sensible: Sensible, answer: Callable[[WishCase, PersonWish, ArticleFact], WishAnswer]
) -> _Handler:
    """Return the handler that answers about the article meant, or asks which one that is."""

    def handler(case: WishCase, wish: PersonWish) -> WishAnswer:
        article = meant(case, wish.which, sensible)
        if isinstance(article, Say):
            return WishAnswer((article,))
        return replace(answer(case, wish, article), about=article.number)

    return handler


def _ask(template: str, article: ArticleFact) -> WishAnswer:
    return WishAnswer((digits(template, article),))


def _of_addressee(
    answer: Callable[[WishCase, PersonWish, ArticleFact], WishAnswer],
) -> _Handler:
    """Return the handler of what an addressee decides; a nominee is asked whether he takes it."""

    def handler(case: WishCase, wish: PersonWish, article: ArticleFact) -> WishAnswer:
        if not is_open(article):  # named, and over
            return WishAnswer((status.say(article),))
        if article.part != "addressee":
            return _ask("ask_accept", article)
        return answer(case, wish, article)

    return _of(is_open, handler)


# ---- yes, no, and the code -----------------------------------------------------------------------


def _yes(case: WishCase, wish: PersonWish) -> WishAnswer:
    """Answer a yes that answers nothing; where it is asked whom all post may go to, say how.

    Not where another question waits for a yes: that is about one article, and comes first.
    """
    asked = (ask_again(case.facts.household),) if is_wish_asked(case.facts) else ()
    article = meant(case, wish.which, _recent)
    if isinstance(article, Say):  # nothing that a yes could be about, or several
        return WishAnswer(asked or (() if article.template == "nothing_waiting" else (article,)))
    its = _yes_to(case, article)
    if asked and {say.template for say in its.says} <= {"ask_code"}:
        return WishAnswer(asked)
    return replace(its, about=article.number)


def _yes_to(case: WishCase, article: ArticleFact) -> WishAnswer:
    if article.part == "asked":
        return _ask("ask_accept", article)
    if is_asked(article) and article.number == case.context.article:
        return WishAnswer((ask_holder(article),))
    if article.state == "attempted" and is_witness(article, case.state, case.context):
        return _ask("ask_contest", article)
    if article.state == "out_for_delivery" and article.coded:
        return _ask("ask_code", article)
    return _SILENCE


def _no(case: WishCase, wish: PersonWish, article: ArticleFact) -> WishAnswer:
    if article.state == "delivered":
        return _ask("ask_not_received", article)
    if not is_open(article):
        return WishAnswer((status.say(article),))
    if article.part != "addressee":
        return _ask("ask_accept", article)
    if is_asked(article) and article.number == case.context.article:
        return WishAnswer((ask_holder(article),))
    if _is_refused(article):
        return _ask("ask_refusal", article)
    if asks_witness(article) and article.state == "attempted":
        return _ask("ask_contest", article)
    return (
        _ask("ask_not_mine", article) if article.state == "booked" else WishAnswer((Say("ask_no"),))
    )


def _is_refused(article: ArticleFact) -> bool:
    """Tell whether the postman says that it is refused, and a code waits to prove it."""
    return article.code == "live" and article.code_for == "refusal"


def _code(case: WishCase, wish: PersonWish, article: ArticleFact) -> WishAnswer:
    return _of_code("ask_code", article)


def _aloud(case: WishCase, wish: PersonWish, article: ArticleFact) -> WishAnswer:
    return _of_code("ask_speak" if case.facts.may_call else "ask_code", article)


def _of_code(template: str, article: ArticleFact) -> WishAnswer:
    if not is_open(article):
        return WishAnswer((status.say(article),))
    if article.part == "asked":
        return _ask("ask_accept", article)
    if not article.coded:
        return _ask("no_code_needed", article)
    if article.state not in ("out_for_delivery", "at_office"):
        return _ask("code_not_yet", article)
    return _ask(template, article)


# ---- another day, the office, somebody else ------------------------------------------------------


def _not_home(case: WishCase, wish: PersonWish, article: ArticleFact) -> WishAnswer:
    if article.state == "at_office":
        return WishAnswer((say_at_office(article),))
    return _ask("ask_not_home", article)


def _another_day(case: WishCase, wish: PersonWish, article: ArticleFact) -> WishAnswer:
    facts = case.facts
    if article.state == "at_office" and article.office_next:
        return WishAnswer((say_at_office(article),))
    if article.recalling:
        return _ask("day_recalled", article)
    if not days.may_choose(article, facts):
        return _ask("day_not_now", article)
    day = None if wish.day is None else days.named(wish.day, facts.today)
    if day is None or not days.is_possible(day, article, facts):
        return _ask("ask_other_day", article)
    say = Say("ask_day", {"digits": article.digits, "date": day.day}, article.number)
    return WishAnswer((say,))


def _hold(case: WishCase, wish: PersonWish, article: ArticleFact) -> WishAnswer:
    if article.state == "booked":  # not arrived yet: it cannot be kept here
        return _ask("hold_not_yet", article)
    if article.state == "at_office" and article.extended:
        return WishAnswer((say_at_office(article),))
    return _ask("ask_hold", article)


def _nominate(case: WishCase, wish: PersonWish, article: ArticleFact) -> WishAnswer:
    return _ask(refuse_nominee(article) or "nominee_how", article)


def _take_back(case: WishCase, wish: PersonWish, article: ArticleFact) -> WishAnswer:
    return _ask("nominee_none" if article.nominee == "none" else "ask_take_back", article)


def _asks(template: str) -> _Handler:
    """Return the handler that asks an addressee with `template`."""
    return _of_addressee(lambda case, wish, article: _ask(template, article))


def _refuse(case: WishCase, wish: PersonWish, article: ArticleFact) -> WishAnswer:
    return _ask("ask_refusal" if _is_refused(article) else "ask_refuse", article)


def _hint(case: WishCase, wish: PersonWish, article: ArticleFact) -> WishAnswer:
    if not is_open(article):
        return WishAnswer((status.say(article),))
    return WishAnswer((digits("hint_kept", article),), (NoteHint(article.number),))


# ---- where is it, it did not come ----------------------------------------------------------------


def _where(case: WishCase, wish: PersonWish) -> WishAnswer:
    article = meant(case, wish.which, is_open)
    if isinstance(article, Say) and article.template == "nothing_waiting":
        article = meant(case, wish.which, lambda each: each.part != "asked")
    if isinstance(article, Say):
        return WishAnswer((article,))
    return WishAnswer((_place(article),), about=article.number)


def _place(article: ArticleFact) -> Say:
    """Return where it is, with the digit of its code while the postman has it.

    Who writes "not got" before the delivery may mean the code as well as the article.
    """
    has_code = article.part != "asked" and article.coded
    if article.state == "out_for_delivery" and has_code:
        return digits("where_today", article)
    return status.say(article)


def _not_received(case: WishCase, wish: PersonWish) -> WishAnswer:
    if _delivered_last(case, wish):
        return _of(_delivered, _asked_whether_received)(case, wish)
    return _where(case, wish)


def _delivered(article: ArticleFact) -> bool:
    return article.state == "delivered"


def _asked_whether_received(case: WishCase, wish: PersonWish, article: ArticleFact) -> WishAnswer:
    return _ask("ask_not_received", article)


def _received(case: WishCase, wish: PersonWish) -> WishAnswer:
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


def _never_came(case: WishCase, wish: PersonWish) -> WishAnswer:
    if _delivered_last(case, wish):
        return _not_received(case, wish)
    article = meant(case, wish.which, _can_be_contested)
    if isinstance(article, Say) or not _can_be_contested(article):
        several = isinstance(article, Say) and article.template != "nothing_waiting"
        return (
            WishAnswer((article,)) if several and isinstance(article, Say) else _where(case, wish)
        )
    open_still = is_witness(article, case.state, case.context) and not article.suspended
    acts = (SuspendRemark(article.number),) if open_still else ()
    return WishAnswer((digits("ask_contest", article),), acts, article.number)


def _true(case: WishCase, wish: PersonWish) -> WishAnswer:
    article = meant(case, wish.which, asks_witness)
    if isinstance(article, Say) or article.part == "asked" or not asks_witness(article):
        return _yes(case, wish)
    return WishAnswer((digits("ask_contest", article),), about=article.number)


def _can_be_contested(article: ArticleFact) -> bool:
    return article.part != "asked" and (asks_witness(article) or unsaid(article))


# ---- about us, and nothing -----------------------------------------------------------------------


def _says(template: str) -> _Handler:
    return lambda case, wish: WishAnswer((Say(template),))


def _silence(case: WishCase, wish: PersonWish) -> WishAnswer:
    return _SILENCE


def _asked_in_digits(case: WishCase) -> WishAnswer | None:
    """Return the question once more that two digits answer: of a move, else of a wish."""
    moved = next(filter(is_asked, case.facts.articles), None)
    if moved is not None:
        return WishAnswer((ask_holder(moved),), about=moved.number)
    return WishAnswer((ask_again(case.facts.household),)) if is_wish_asked(case.facts) else None


def _acknowledged(case: WishCase, wish: PersonWish) -> WishAnswer:
    """Take an "ok" for no answer to a question: that needs a digit, or a plain yes."""
    if asked_last(case) is not None or is_wish_asked(case.facts):
        return _yes(case, wish)
    return _asked_in_digits(case) or _SILENCE


def greets(event: Event) -> bool:
    """Tell whether a text in own words greets: whether it was answered lately decides then."""
    return isinstance(event, Wished) and any(wish.what == "greeting" for wish in event.wishes)


def _greeting(case: WishCase, wish: PersonWish) -> WishAnswer:
    return _SILENCE if case.facts.greeted else WishAnswer((Say("greeted"),))


def _unclear(case: WishCase, wish: PersonWish) -> WishAnswer:
    """Say the menu, or how an open question is answered, and let the help desk read the text."""
    asked = _asked_in_digits(case) or WishAnswer((Say("recipient_menu"),))
    return replace(asked, acts=(OpenTicket("unparsed"),))


ANSWERS: Final[Mapping[WishKind, _Handler]] = MappingProxyType(
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
