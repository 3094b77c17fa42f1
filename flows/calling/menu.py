"""A call that we made, answered by keys: what it says, and where each key leads.

The machines that answer texts decide, as for a dialled menu; the words are in messages/speech. A
key reached the telephone's number, or whereto it is forwarded (`*21*`): so it may bring something
to that number, protect, and choose when post comes, but it is nobody's consent and no witness
(docs/developing/trust.md rules 20, 21). What else a key could mean brings the question by text.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final

from flows.decision import Say
from flows.events import (
    AnotherDay,
    AskPerson,
    AskStatus,
    AskWishes,
    ChooseLanguage,
    Deny,
    Event,
    HoldAtOffice,
    HouseholdWish,
    Language,
    RepeatQuestion,
    ReportFraud,
    SendCode,
    SetWish,
    SpeakCode,
)
from flows.facts import HouseholdFact
from flows.number import last_digits
from flows.recipient.household import ALL_WEEK, weekdays
from flows.ussd import recipient
from flows.ussd.engine import (
    BACK,
    Ask,
    Graph,
    MenuFacts,
    Post,
    Screen,
    Shown,
    Step,
    Typed,
    Where,
    go,
)
from flows.ussd.household import typed_weekdays
from messages.prompts import SAID_AS_DIALLED
from messages.screens import LINES
from messages.speech import render_screen, speech

MOST_HOPS: Final = 40  # keys in one call
SILENT: Final = 2  # times that nobody pressed anything: then it ends
MOST_LINES: Final = 5  # articles that are named one after the other
BHOJPURI: Final = "4"  # on the screen of languages: no language of texts, so no event
# The keys that each screen waits for; elsewhere one.
KEYS: Final = {"which": 9, "post": 9, "day": 2, "house": 2, "weekdays": 6}
DIGITS: Final = (*KEYS, "days", "language")  # where a 3 is one of the digits that are asked for
THESE_DAYS: Final = "7"  # no weekday
READ_BY: Final = ("house",)  # what a household wishes is said there

_CODES: Final = ("code", "window_code", "refusal_code")
# Told by text as well: with the digits that undo it, to whoever has the telephone itself.
_WISHED: Final = ("wish_days", "wish_keep", "wish_none")
ANSWERS: Final = (
    *SAID_AS_DIALLED, *_CODES, *_WISHED, "wish_often", "exception_contested", "which_article",
    "which_number", "number_asked", "at_office", "at_office_last", "day_impossible",
    *(f"status_{state}" for state in (*recipient.OPEN, "delivered", "returned", "recalled")),
)  # fmt: skip
_MENU: Final = {"1": "code", "3": "fraud", "4": "day", "6": "call"}
_LANGUAGES: Final[dict[str, Language]] = {"1": "hi", "3": "en"}
_WISHES: Final[dict[str, HouseholdWish]] = {"1": "household", "2": "neighbour", "44": "keep"}


# ---- the screens -------------------------------------------------------------------------------


def _show_plain(where: Where, facts: MenuFacts) -> Shown:
    return Shown(where, where.told or where.screen)


def _take_hello(where: Where, typed: Typed, facts: MenuFacts) -> Step:
    """Say what it was made for once a key was pressed, asked for or not: a mailbox presses none."""
    if typed.text == "1":
        return Step(go(where, "said", article=where.article))
    if typed.text == "3":
        return _ask(where, ReportFraud(where.article))
    if typed.text == "9":
        return _ask(where, AskPerson())
    return Step(go(where, "menu")) if typed.text == BACK else Step(where)


def _take_said(where: Where, typed: Typed, facts: MenuFacts) -> Step:
    if typed.text == "3":
        return _ask(where, ReportFraud(where.article))
    if typed.text == BACK:
        return Step(go(where, "menu"))
    return Step(where)


def _take_menu(where: Where, typed: Typed, facts: MenuFacts) -> Step:
    if typed.text in _MENU:
        then = _MENU[typed.text]
        meant = recipient.meant_by(then, facts)
        if len(meant) > 1:
            return Step(go(where, "which", then=then))
        return _do(where, then, meant[0] if meant else None)
    if typed.text == "2":
        return _ask(where, RepeatQuestion("no"))
    if typed.text == "9":
        return _ask(where, AskPerson())
    targets = {"5": "house", "7": "post", "8": "language"}
    return Step(go(where, targets.get(typed.text, "menu")))


def _show_which(where: Where, facts: MenuFacts) -> Shown:
    meant = recipient.meant_by(where.then, facts)
    if not meant:
        return Shown(go(where, "menu"), "menu")
    if where.told is not None:
        return Shown(where, where.told)
    return Shown(where, "which", {LINES: _lines(meant, facts)})


def _take_which(where: Where, typed: Typed, facts: MenuFacts) -> Step:
    if typed.text == BACK:
        return Step(go(where, "menu"))
    article = recipient.named_by(typed.text, recipient.meant_by(where.then, facts))
    if article is None or where.then is None:
        told = "which_longer" if typed.text else None
        return Step(go(where, "which", then=where.then, told=told))
    return _do(where, where.then, article)


def _show_post(where: Where, facts: MenuFacts) -> Shown:
    if not facts.articles:
        return Shown(go(where, "answer", told="nothing_waiting"), "nothing_waiting")
    if where.told is not None:
        return Shown(where, where.told)
    return Shown(where, "post", {LINES: _lines(facts.articles, facts)})


def _take_post(where: Where, typed: Typed, facts: MenuFacts) -> Step:
    if typed.text == BACK:
        return Step(go(where, "menu"))
    article = recipient.named_by(typed.text, facts.articles)
    if article is None:
        return Step(go(where, "post", told="which_longer" if typed.text else None))
    return _ask(where, AskStatus(article.number))


def _take_day(where: Where, typed: Typed, facts: MenuFacts) -> Step:
    if typed.text == BACK:
        return Step(go(where, "menu"))
    event = recipient.when(typed.text, where.article)
    return Step(where) if event is None else _ask(where, event)


def _show_house(where: Where, facts: MenuFacts) -> Shown:
    """Say when post comes. Who may take it is said in no call: that would tell which door opens."""
    house = facts.household or HouseholdFact()
    when = "house_keeps" if house.keeps else "house_days" if house.weekdays else "house_any"
    values = {"when": weekdays(house.weekdays)} if when == "house_days" else {}
    return Shown(where, "house", {LINES: render_screen(when, facts.language, values)})


def _take_house(where: Where, typed: Typed, facts: MenuFacts) -> Step:
    """Take the keys of the dialled screen; the end of all wishes waits for one more."""
    if typed.text == BACK:
        return Step(go(where, "menu"))
    if typed.text == "7":
        return _ask(where, AskWishes())
    wish = _WISHES.get(typed.text)
    if wish is not None:
        return _ask(where, SetWish(wish))
    if typed.text == "3":
        return Step(_sure_behind(where))
    target = {"4": "weekdays", "5": "end"}.get(typed.text)
    return Step(where) if target is None else Step(go(where, target))


def _take_weekdays(where: Where, typed: Typed, facts: MenuFacts) -> Step:
    """Read back what was typed: carriers do not say whether `#` or a slow finger ended it."""
    if typed.text == BACK:
        return Step(go(where, "menu"))
    return Step(_with_days(where, typed.text))


def _with_days(where: Where, keys: str) -> Where:
    """Return the place that reads back the days of `keys` and those typed before (`where.then`)."""
    days = typed_weekdays(f"{where.then or ''}{keys}")
    if not 0 < len(days) < ALL_WEEK:
        return where
    return go(where, "days", then="".join(map(str, days)))


def _show_days(where: Where, facts: MenuFacts) -> Shown:
    return Shown(where, "days", {"when": weekdays(typed_weekdays(where.then or ""))})


def _take_days(where: Where, typed: Typed, facts: MenuFacts) -> Step:
    """Note the days by a key that is none of them; a digit that comes late is one more day."""
    if typed.text == BACK:
        return Step(go(where, "menu"))
    if typed.text == THESE_DAYS:
        return _ask(where, SetWish("days", typed_weekdays(where.then or "")))
    return Step(_with_days(where, typed.text))


def _take_end(where: Where, typed: Typed, facts: MenuFacts) -> Step:
    if typed.text == BACK:
        return Step(go(where, "menu"))
    if typed.text == "3":
        return Step(_sure_behind(where))
    return _ask(where, SetWish("none")) if typed.text == "1" else Step(where)


def _take_language(where: Where, typed: Typed, facts: MenuFacts) -> Step:
    if typed.text == BACK:
        return Step(go(where, "menu"))
    if typed.text == BHOJPURI:
        return Step(_answer_after(where, "tongue_set"))
    language = _LANGUAGES.get(typed.text)
    return Step(where) if language is None else _ask(where, ChooseLanguage(language))


def _take_witness(where: Where, typed: Typed, facts: MenuFacts) -> Step:
    """A 2 protects and counts; a 1 would testify, so it brings the question by text."""
    if typed.text == BACK:
        return Step(go(where, "menu"))
    if typed.text == "3":
        return _ask(where, ReportFraud(where.article))
    if typed.text == "1":
        return _ask(where, RepeatQuestion("yes"))
    if typed.text == "2":
        return _ask(where, Deny(where.article))
    return Step(go(where, "day", article=where.article)) if typed.text == "4" else Step(where)


def _take_nominee(where: Where, typed: Typed, facts: MenuFacts) -> Step:
    """Whether somebody takes it is his own word, by text: a key only brings the question."""
    if typed.text == BACK:
        return Step(go(where, "menu"))
    if typed.text == "3":
        return _ask(where, ReportFraud(where.article))
    return _ask(where, RepeatQuestion("yes")) if typed.text == "1" else Step(where)


def _show_answer(where: Where, facts: MenuFacts) -> Shown:
    return Shown(where, where.told or "by_text")


def _take_answer(where: Where, typed: Typed, facts: MenuFacts) -> Step:
    """Take a key of the menu; behind a screen of digits it may be one of those, pressed late."""
    if where.held is None:
        return _take_menu(where, typed, facts)
    if typed.text == "3":
        return Step(_sure_behind(where.held))
    return Step(go(where, "menu")) if typed.text == BACK else Step(where)


def _sure_behind(where: Where) -> Where:
    """Return the place that asks for one more 3, behind that where the first may be a digit."""
    return replace(go(where, "sure"), held=where)


def _take_sure(where: Where, typed: Typed, facts: MenuFacts) -> Step:
    """Take a 3 right after the first; any other key was none, and asks again what was asked."""
    if typed.text == "3":
        return _take_menu(where, typed, facts)
    if typed.text == BACK or where.held is None:
        return Step(go(where, "menu"))
    return Step(where.held)


def _take_over(where: Where, typed: Typed, facts: MenuFacts) -> Step:
    return Step(go(where, "over"))


def _lines(articles: Sequence[Post], facts: MenuFacts) -> str:
    newest = list(reversed(articles))[:MOST_LINES]
    return "\n".join(line for each in newest for line in _said_of(each, facts.language))


def _said_of(article: Post, language: str) -> Iterator[str]:
    """Yield where the article is, and how many pieces come where there are several."""
    yield render_screen(f"line_{article.state}", language, {"digits": article.digits})
    if article.pieces > 1 and article.state in recipient.OPEN:
        yield render_screen("line_pieces", language, {"count": article.pieces})


def _do(where: Where, then: str, article: Post | None) -> Step:
    number = article.number if article else None
    event = recipient.at_once(then, number)
    if event is not None:
        return _ask(where, event)
    if number is None:
        return _ask(where, AnotherDay())
    return Step(go(where, "day", article=number))


def _ask(where: Where, event: Event) -> Step:
    return Step(_answer_after(where), Ask("recipient", event))


def _answer_after(where: Where, told: str | None = None) -> Where:
    """Return the place of an answer. What is pressed there late may be meant for what asked it."""
    return replace(go(where, "answer", told=told), held=where if where.screen in DIGITS else None)


_ENTRIES: Final = ("menu", "witness", "nominee")

GRAPH: Final = Graph.of(
    (
        Screen(
            "hello", "asks for a key before it says a code, or an alarm",
            _show_plain, _take_hello, ("hello", "asked", "alarm"),
            to=("said", "menu", "answer"), asks=(ReportFraud, AskPerson),
        ),
        Screen(
            "said", "says what the call was made for",
            _show_plain, _take_said, ("said",),
            to=("menu", "answer"), asks=(ReportFraud,),
        ),
        Screen(
            "menu", "the menu of a call",
            _show_plain, _take_menu, ("menu",),
            to=("which", "day", "house", "post", "language", "answer"),
            asks=(SendCode, SpeakCode, RepeatQuestion, ReportFraud, AnotherDay, AskPerson),
        ),
        Screen(
            "which", "asks which of several articles is meant",
            _show_which, _take_which, ("which", "which_longer"),
            to=("menu", "day", "answer"), asks=(SendCode, SpeakCode, ReportFraud, AnotherDay),
        ),
        Screen(
            "post", "the articles of this telephone, and the state of each",
            _show_post, _take_post, ("post", "which_longer"),
            to=("menu", "answer"), asks=(AskStatus,),
        ),
        Screen(
            "day", "asks for the day, or the office",
            recipient.show_one, _take_day, ("day",),
            to=("menu", "answer"), asks=(AnotherDay, HoldAtOffice),
        ),
        Screen(
            "house", "when all post comes, and what else is wished for it",
            _show_house, _take_house, ("house",),
            to=("menu", "weekdays", "end", "sure", "answer"), asks=(SetWish, AskWishes),
        ),
        Screen(
            "weekdays", "asks on which weekdays post may come",
            _show_plain, _take_weekdays, ("weekdays",),
            to=("menu", "days"),
        ),
        Screen(
            "days", "reads the weekdays back, and asks for one more key before they count",
            _show_days, _take_days, ("days",),
            to=("menu", "answer"), asks=(SetWish,),
        ),
        Screen(
            "end", "asks for one more key before every wish ends",
            _show_plain, _take_end, ("end",),
            to=("menu", "sure", "answer"), asks=(SetWish,),
        ),
        Screen(
            "language", "asks for the language, and whether calls are in Bhojpuri",
            _show_plain, _take_language, ("language",),
            to=("menu", "answer"), asks=(ChooseLanguage,),
        ),
        Screen(
            "witness", "asks whether the postman's remark is true",
            recipient.show_one, _take_witness, ("witness",),
            to=("menu", "day", "answer"), asks=(RepeatQuestion, ReportFraud, Deny),
        ),
        Screen(
            "nominee", "says that this person was asked to accept it for somebody at home",
            recipient.show_one, _take_nominee, ("nominee",),
            to=("menu", "answer"), asks=(RepeatQuestion, ReportFraud),
        ),
        Screen(
            "answer", "what the machine answered",
            _show_answer, _take_answer, ("by_text", "tongue_set", *ANSWERS),
            to=("menu", "which", "day", "house", "post", "language", "sure", "answer"),
            asks=(SendCode, SpeakCode, RepeatQuestion, ReportFraud, AnotherDay, AskPerson),
        ),
        Screen(
            "sure", "asks for one more 3 where the first may have meant something else",
            _show_plain, _take_sure, ("sure",),
            to=("menu", *DIGITS, "end", "answer"), asks=(ReportFraud,),
        ),
        Screen(
            "over", "the last words of a call",
            _show_plain, _take_over, ("over", "retry", "already"), ends=True,
        ),
    )
)  # fmt: skip


# ---- what the door asks ------------------------------------------------------------------------


def begin(facts: MenuFacts) -> Where:
    """Return where the menu begins: at an open question of this telephone, if there is one."""
    return recipient.question(facts) or Where("menu")


def before_code(article: str | None, unasked: bool) -> Where:
    """Return where a call with a code begins: it waits for a key, which no mailbox presses."""
    return Where("hello", article=article, told=None if unasked else "asked")


def before_alarm(article: str | None) -> Where:
    """Return where a call with an alarm begins: it waits for a key too."""
    return Where("hello", article=article, told="alarm")


def silent(where: Where) -> Where:
    """Return the place after a silence: a question once more, and then the end.

    Whoever heard what he wanted says nothing more.
    """
    if where.screen in ("said", "answer"):
        return go(where, "over")
    tries = (where.tries or 0) + 1
    return go(where, "over") if tries >= SILENT else replace(where, tries=tries)


def answered(where: Where, says: Sequence[Say]) -> tuple[Shown, bool]:
    """Return how the machine's answer is said at `where`, and whether a text brings it too.

    A code is a text's, or said by the door itself; an answer without words here comes by text, and
    so does what was wished, as its alarm.
    """
    if not says:
        return Shown(replace(where, told="by_text"), "by_text"), False
    say = says[0]
    name = say.template
    if name not in GRAPH.screen(where.screen).texts:
        return Shown(replace(where, told="by_text"), "by_text"), True
    values = dict(say.values)
    if "article" in values:
        values["digits"] = last_digits(str(values["article"]))
    by_text_too = say.code_of is not None or name in _WISHED
    return Shown(replace(where, told=name), name, values), by_text_too


def has_words(name: str) -> bool:
    """Tell whether the screen `name` has words, of its own or those of the dialled screen."""
    return speech().has_screen(name) or name in SAID_AS_DIALLED
