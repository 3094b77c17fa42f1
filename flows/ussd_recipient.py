"""The recipient's screens. The digits mean what they mean in texts (DOMAIN.md, phone manners).

Where several articles could be meant, the person types the last four digits, as in a text: so 1, 2
and 3 never become the numbers of a list.
"""

from __future__ import annotations

from collections.abc import Sequence

from flows.events import AskStatus, Deny, ReportFraud, SendCode
from flows.screen import (
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
from flows.status import TEMPLATES as STATUS

OPEN = ("booked", "out_for_delivery", "attempted", "at_office")
_SHORTEST = 4  # digits of an article number that name it
_DIGITS = slice(2, 11)  # the nine digits of an article number

ANSWERS = (
    *("code", "code_not_yet", "code_at_door", "code_wait", "code_locked", "no_code_needed"),
    *("nothing_waiting", "denied", "not_received", "fraud_noted", "fraud_heard", *STATUS),
)


# ---- which article -----------------------------------------------------------------------------


def _meant(then: str | None, facts: MenuFacts) -> tuple[Post, ...]:
    """The articles that `then` can be about."""
    if then == "code":
        out = tuple(a for a in facts.articles if a.state == "out_for_delivery")
        return out or tuple(a for a in facts.articles if a.state in OPEN)
    if then == "deny":
        return tuple(a for a in facts.articles if a.state in (*OPEN, "delivered"))
    if then == "fraud":
        return tuple(a for a in facts.articles if a.state in OPEN)
    return facts.articles


def _named(typed: str, articles: Sequence[Post]) -> Post | None:
    if not typed.isdigit() or len(typed) < _SHORTEST:
        return None
    found = [a for a in articles if a.number[_DIGITS].endswith(typed)]
    return found[0] if len(found) == 1 else None


def _lines(articles: Sequence[Post], facts: MenuFacts) -> list[str]:
    return [f"{article.digits} {word(article.state, facts)}" for article in articles]


def _do(where: Where, then: str, article: Post | None) -> Step:
    """What was asked for, now that it is known of which article; None: there is none."""
    number = article.number if article else None
    if then == "code":
        return _ask(where, SendCode(number))
    if then == "fraud":
        return _ask(where, ReportFraud(number))
    if number is None:
        return _ask(where, Deny())
    return Step(go(where, "sure", article=number))


def _ask(where: Where, event: SendCode | Deny | ReportFraud | AskStatus) -> Step:
    return Step(go(where, "over"), Ask("recipient", event))


# ---- the screens -------------------------------------------------------------------------------

_MENU = {"1": "code", "2": "deny", "3": "fraud"}


def _show_menu(where: Where, facts: MenuFacts) -> Shown:
    return Shown(where, "menu")


def _take_menu(where: Where, typed: Typed, facts: MenuFacts) -> Step:
    if typed.text in _MENU:
        then = _MENU[typed.text]
        meant = _meant(then, facts)
        if len(meant) > 1:
            return Step(go(where, "which", then=then))
        return _do(where, then, meant[0] if meant else None)
    if typed.text == "6":
        return Step(go(where, "post"))
    return Step(where)


def _show_which(where: Where, facts: MenuFacts) -> Shown:
    meant = _meant(where.then, facts)
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
    article = _named(typed.text, _meant(where.then, facts))
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
    article = _named(typed.text, facts.articles)
    if article is None:
        return Step(go(where, "post", told="which_longer", more=where.more))
    return _ask(where, AskStatus(article.number))


def _show_sure(where: Where, facts: MenuFacts) -> Shown:
    article = next((a for a in _meant("deny", facts) if a.number == where.article), None)
    if article is None:
        return Shown(go(where, "menu"), "menu")
    return Shown(where, "sure", {"digits": article.digits})


def _take_sure(where: Where, typed: Typed, facts: MenuFacts) -> Step:
    if typed.text == "1":
        return _ask(where, Deny(where.article))
    return Step(go(where, "menu")) if typed.text == BACK else Step(where)


SCREENS = (
    Screen(
        "menu", "the recipient's menu, for whoever dials",
        _show_menu, _take_menu, ("menu",),
        to=("which", "sure", "post", "over"), asks=(SendCode, Deny, ReportFraud), resumable=False,
    ),
    Screen(
        "which", "asks which of several articles is meant",
        _show_which, _take_which, ("which", "which_longer"),
        to=("menu", "sure", "over"), asks=(SendCode, ReportFraud),
    ),
    Screen(
        "post", "the articles of this telephone, and where each is",
        _show_post, _take_post, ("post", "which_longer"),
        to=("menu", "over"), asks=(AskStatus,),
    ),
    Screen(
        "sure", "asks again before an article is said to be another's",
        _show_sure, _take_sure, ("sure",),
        to=("menu", "over"), asks=(Deny,),
    ),
)  # fmt: skip
