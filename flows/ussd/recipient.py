"""The recipient's screens. Digits mean the same as in texts (docs/developing/domain.md).

If several articles could be meant, the person types the last four digits, as in a text, so that 1,
2 and 3 never number a list.
"""

from __future__ import annotations

from collections.abc import Sequence

from flows.events import (
    AnotherDay,
    AskPerson,
    AskStatus,
    ChooseLanguage,
    Deny,
    Event,
    HoldAtOffice,
    Language,
    OnlyMe,
    ReportFraud,
    SendCode,
    SomebodyElse,
    SpeakCode,
    Yes,
)
from flows.grammar.person import HOUSEHOLD
from flows.status import TEMPLATES as STATUS
from flows.ussd.engine import (
    BACK,
    MORE,
    Ask,
    MenuFacts,
    Post,
    Screen,
    Shown,
    Step,
    Typed,
    Where,
    go,
    next_page,
    page,
    word,
)
from india.phone import mobile

OPEN = ("booked", "out_for_delivery", "attempted", "at_office")
_SHORTEST = 4  # digits of an article number that name it
_DIGITS = slice(2, 11)  # the nine digits of an article number

ANSWERS = (
    *("code", "code_not_yet", "code_at_door", "code_wait", "code_locked", "no_code_needed"),
    *("nothing_waiting", "denied", "not_received", "fraud_noted", "fraud_heard", *STATUS),
    *("window_code", "refusal_code", "which_article", "which_number", "objection_late"),
    *("refusal_denied", "remark_contested", "remark_confirmed", "remark_confirmed_last"),
    *("at_office", "at_office_last", "day_chosen", "day_impossible", "day_not_now"),
    *("day_recalled", "hold_not_yet"),
    *("only_addressee", "nominee_asked", "nominee_bad_number", "nominee_not_allowed"),
    *("nominee_not_now", "nominee_back", "nominee_none", "nominee_agreed", "nominee_declined"),
    *("nominee_thanks", "ticket_opened", "language_set", "code_disputed", "move_kept"),
    *("move_disputed", "sender_recall_stopped"),
)


# ---- which article -----------------------------------------------------------------------------


def meant_by(then: str | None, facts: MenuFacts) -> tuple[Post, ...]:
    """Return the articles that `then` can be about."""
    if then in ("code", "call"):
        out = tuple(a for a in facts.articles if a.state in ("out_for_delivery", "at_office"))
        return out or tuple(a for a in facts.articles if a.state in OPEN)
    if then == "deny":
        return tuple(a for a in facts.articles if a.state in (*OPEN, "delivered"))
    if then in ("fraud", "day", "else"):
        return tuple(a for a in facts.articles if a.state in OPEN)
    return facts.articles


def named_by(typed: str, articles: Sequence[Post]) -> Post | None:
    if not typed.isdigit() or len(typed) < _SHORTEST:
        return None
    found = [a for a in articles if a.number[_DIGITS].endswith(typed)]
    return found[0] if len(found) == 1 else None


def _lines(articles: Sequence[Post], facts: MenuFacts) -> list[str]:
    return [_line(article, facts) for article in articles]


def _line(article: Post, facts: MenuFacts) -> str:
    parts = [article.digits]
    if article.pieces > 1:
        parts.append(word("piece_count", facts, count=article.pieces))
    return " ".join([*parts, word(article.state, facts)])


_AT_ONCE: dict[str, type[SendCode] | type[SpeakCode] | type[ReportFraud]] = {
    "code": SendCode, "call": SpeakCode, "fraud": ReportFraud,
}  # fmt: skip


def at_once(then: str, article: str | None) -> Event | None:
    """Return the event of what needs nothing but its article; None: more is asked first."""
    wanted = _AT_ONCE.get(then)
    return None if wanted is None else wanted(article)


def _do(where: Where, then: str, article: Post | None) -> Step:
    """Do what was asked for, with the article that is now known; None: there is none."""
    number = article.number if article else None
    event = at_once(then, number)
    if event is not None:
        return _ask(where, event)
    if number is not None:
        return Step(go(where, _ASKS_ON[then], article=number))
    return _ask(where, _WITHOUT[then]())


_ASKS_ON = {"deny": "sure", "day": "day", "else": "else"}
_WITHOUT: dict[str, type[Deny] | type[AnotherDay] | type[SomebodyElse]] = {
    "deny": Deny, "day": AnotherDay, "else": SomebodyElse,
}  # fmt: skip


def _ask(where: Where, event: Event) -> Step:
    return Step(go(where, "over"), Ask("recipient", event))


# ---- the screens -------------------------------------------------------------------------------

_MENU = {"1": "code", "2": "deny", "3": "fraud", "4": "day", "5": "else", "6": "call"}
_LANGUAGES: dict[str, Language] = {"1": "hi", "2": "hi-Latn", "3": "en"}


def _show_menu(where: Where, facts: MenuFacts) -> Shown:
    return Shown(where, "menu")


def _take_menu(where: Where, typed: Typed, facts: MenuFacts) -> Step:
    if typed.text in _MENU:
        then = _MENU[typed.text]
        meant = meant_by(then, facts)
        if len(meant) > 1:
            return Step(go(where, "which", then=then))
        return _do(where, then, meant[0] if meant else None)
    if typed.text == "9":
        return _ask(where, AskPerson())
    targets = {"7": "post", "8": "language", HOUSEHOLD: "house"}
    return Step(go(where, targets.get(typed.text, "menu")))


def _show_which(where: Where, facts: MenuFacts) -> Shown:
    meant = meant_by(where.then, facts)
    if not meant:
        return Shown(go(where, "menu"), "menu")
    if where.told is not None:
        return Shown(where, where.told)
    return page(where, "which", {}, _lines(meant, facts), facts.language)


def _take_which(where: Where, typed: Typed, facts: MenuFacts) -> Step:
    if typed.text == BACK:
        return Step(go(where, "menu"))
    if typed.text == MORE:
        return next_page(go(where, "which", then=where.then, more=where.more))
    article = named_by(typed.text, meant_by(where.then, facts))
    if article is None or where.then is None:
        return Step(go(where, "which", then=where.then, told="which_longer", more=where.more))
    return _do(where, where.then, article)


def _show_post(where: Where, facts: MenuFacts) -> Shown:
    if not facts.articles:
        return Shown(go(where, "over", told="nothing_waiting"), "nothing_waiting")
    if where.told is not None:
        return Shown(where, where.told)
    return page(where, "post", {}, _lines(facts.articles, facts), facts.language)


def _take_post(where: Where, typed: Typed, facts: MenuFacts) -> Step:
    if typed.text == BACK:
        return Step(go(where, "menu"))
    if typed.text == MORE:
        return next_page(go(where, "post", more=where.more))
    article = named_by(typed.text, facts.articles)
    if article is None:
        return Step(go(where, "post", told="which_longer", more=where.more))
    return _ask(where, AskStatus(article.number))


def show_one(where: Where, facts: MenuFacts) -> Shown:
    """Show a screen about the article that was chosen, or the menu."""
    article = next((a for a in facts.articles if a.number == where.article), None)
    if article is None:
        return Shown(go(where, "menu"), "menu")
    return Shown(where, where.screen, {"digits": article.digits})


def _take_sure(where: Where, typed: Typed, facts: MenuFacts) -> Step:
    if typed.text == "1":
        return _ask(where, Deny(where.article))
    return Step(go(where, "menu")) if typed.text == BACK else Step(where)


def _take_day(where: Where, typed: Typed, facts: MenuFacts) -> Step:
    if typed.text == BACK:
        return Step(go(where, "menu"))
    event = when(typed.text, where.article)
    return Step(where) if event is None else _ask(where, event)


def when(typed: str, article: str | None) -> AnotherDay | HoldAtOffice | None:
    """Return the event of 4, of 44, or of the two digits of a date; None: it is none of them."""
    if typed == "4":
        return AnotherDay(article)
    if typed == "44":
        return HoldAtOffice(article)
    if len(typed) == 2 and typed.isdigit() and 1 <= int(typed) <= 31:
        return AnotherDay(article, int(typed))
    return None


def _take_else(where: Where, typed: Typed, facts: MenuFacts) -> Step:
    if typed.text == BACK:
        return Step(go(where, "menu"))
    if typed.text == HOUSEHOLD:
        return Step(go(where, "house"))
    if typed.text == "5":
        return _ask(where, OnlyMe(where.article))
    bare = typed.text.removeprefix("+")
    if not bare.isdigit():
        return Step(where)
    return _ask(where, SomebodyElse(where.article, mobile(bare)))


def _show_language(where: Where, facts: MenuFacts) -> Shown:
    return Shown(where, "language")


def _take_language(where: Where, typed: Typed, facts: MenuFacts) -> Step:
    if typed.text == BACK:
        return Step(go(where, "menu"))
    language = _LANGUAGES.get(typed.text)
    return Step(where) if language is None else _ask(where, ChooseLanguage(language))


def _take_question(where: Where, typed: Typed, facts: MenuFacts) -> Step:
    """Ask what this telephone was asked by text, and answer as by text."""
    if typed.text == BACK:
        return Step(go(where, "menu"))
    if typed.text == "1":
        return _ask(where, Yes(where.article))
    if typed.text == "2":
        return _ask(where, Deny(where.article))
    if typed.text == "4" and where.screen == "witness":
        return Step(go(where, "day", article=where.article))
    return Step(where)


def question(facts: MenuFacts) -> Where | None:
    """Return the place of the newest question that has no answer yet."""
    for article in reversed(facts.articles):
        if article.asks is not None:
            return Where(article.asks, article=article.number)
    return None


SCREENS = (
    Screen(
        "menu", "the recipient's menu",
        _show_menu, _take_menu, ("menu",),
        to=("which", "sure", "day", "else", "post", "language", "house", "over"),
        asks=(SendCode, SpeakCode, Deny, ReportFraud, AnotherDay, SomebodyElse, AskPerson),
        resumable=False,
    ),
    Screen(
        "which", "asks which of several articles is meant",
        _show_which, _take_which, ("which", "which_longer"),
        to=("menu", "sure", "day", "else", "over"), asks=(SendCode, SpeakCode, ReportFraud),
    ),
    Screen(
        "post", "the articles of this telephone, and the state of each",
        _show_post, _take_post, ("post", "which_longer"),
        to=("menu", "over"), asks=(AskStatus,),
    ),
    Screen(
        "sure", "asks again before an article is said to be another's",
        show_one, _take_sure, ("sure",),
        to=("menu", "over"), asks=(Deny,),
    ),
    Screen(
        "day", "asks for the day, or the office",
        show_one, _take_day, ("day",),
        to=("menu", "over"), asks=(AnotherDay, HoldAtOffice),
    ),
    Screen(
        "else", "asks who else accepts it",
        show_one, _take_else, ("else",),
        to=("menu", "house", "over"), asks=(SomebodyElse, OnlyMe),
    ),
    Screen(
        "language", "asks for the language",
        _show_language, _take_language, ("language",),
        to=("menu", "over"), asks=(ChooseLanguage,), resumable=False,
    ),
    Screen(
        "nominee", "asks whether this person accepts it for somebody at home",
        show_one, _take_question, ("nominee",),
        to=("menu", "over"), asks=(Yes, Deny), resumable=False,
    ),
    Screen(
        "witness", "asks whether the postman's remark is true",
        show_one, _take_question, ("witness",),
        to=("menu", "day", "over"), asks=(Yes, Deny), resumable=False,
    ),
)  # fmt: skip
