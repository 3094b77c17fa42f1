"""The office's screen: what its postmen ask at doors, answered with the digits of our text.

docs/developing/trust.md rule 17. Who dials may have forged the office's number: only the two digits
that its telephone was sent agree.
"""

from __future__ import annotations

from flows.events import AnswerException
from flows.ussd.engine import (
    BACK,
    MORE,
    Ask,
    AtDoor,
    MenuFacts,
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

ANSWERS = (
    *("office_exception_yes", "office_exception_no", "office_exception_wrong"),
    *("office_exception_none", "office_exception_page_only"),
    *("office_exception_over", "office_exception_which", "office_exception_reached"),
    *("office_exception_how", "office_exception_back"),
)


def begin(facts: MenuFacts) -> Where | None:
    """Return the question that a dial of the office's telephone begins with, if one is open."""
    if not facts.asked:
        return None
    return Where("office", article=facts.asked[0].number)


def _asked(where: Where, facts: MenuFacts) -> AtDoor | None:
    return next((each for each in facts.asked if each.number == where.article), None)


def _show(where: Where, facts: MenuFacts) -> Shown:
    asked = _asked(where, facts)
    if asked is None:
        return Shown(where, "office_exception_none")
    known: dict[str, int | str] = {"staff": asked.by, "digits": asked.digits}
    if asked.page:  # our text showed no digits that could be typed
        return Shown(where, "office_exception_page", known)
    if asked.renumber:
        return Shown(where, "office_number", known)
    return Shown(where, "office_exception", {**known, "reason": asked.reason})


def _take(where: Where, typed: Typed, facts: MenuFacts) -> Step:
    asked = _asked(where, facts)
    if typed.text == BACK or asked is None:
        return Step(go(where, "menu"))
    if typed.text == MORE:
        return Step(go(where, "office_more", article=asked.number))
    if typed.text == "2":
        return Step(go(where, "over"), Ask("office", AnswerException(False, asked.digits)))
    if typed.worth == "quote" or typed.text == "1":  # which agrees to nothing
        return Step(go(where, "over"), Ask("office", AnswerException(True, asked.digits)))
    return Step(where)


def _show_more(where: Where, facts: MenuFacts) -> Shown:
    """Show what the page shows: class, document, reason in words, and how often he asked so."""
    asked = _asked(where, facts)
    if asked is None:
        return Shown(where, "office_exception_none")
    rate = word("excepted_of", facts, done=min(999, asked.done), count=min(999, asked.count))
    lines = [
        word(f"class_{asked.kind}", facts),
        word(f"document_{asked.document}", facts),
        word(f"why_{asked.reason}_at_door", facts),
        rate,
    ]
    return page(where, "office_exception_more", {"digits": asked.digits}, lines, facts.language)


def _take_more(where: Where, typed: Typed, facts: MenuFacts) -> Step:
    if typed.text == MORE:
        return next_page(go(where, "office_more", article=where.article, more=where.more))
    return Step(go(where, "office", article=where.article) if typed.text == BACK else where)


SCREENS = (
    Screen(
        "office", "what a postman asks his office at a door: the digits of our text, or no",
        _show, _take,
        ("office_exception", "office_exception_page", "office_number", "office_exception_none"),
        to=("menu", "office_more", "over"), asks=(AnswerException,), hides="quote",
        resumable=False,
    ),
    Screen(
        "office_more", "the class, the document, the reason, and how often this postman asks",
        _show_more, _take_more, ("office_exception_more", "office_exception_none"),
        to=("office",), resumable=False,
    ),
)  # fmt: skip
