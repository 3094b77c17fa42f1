"""The screens of what is wished for all post, and of the word for who is at home.

docs/developing/trust.md rule 20. 55 leads here from the menu. A screen leaves nothing on the
telephone, so the word is shown here and nowhere else. Whom a wish lets in is asked by SMS: its two
digits prove that the answer comes from who reads this telephone.
"""

from __future__ import annotations

from flows.events import DrawWord, HouseholdWish, SetWish, TakeWord
from flows.facts import HouseholdFact
from flows.recipient.household import ALL_WEEK, listed
from flows.ussd.engine import BACK, Ask, MenuFacts, Screen, Shown, Step, Typed, Where, go
from india import spoken_words

_WISHES: dict[str, HouseholdWish] = {
    "1": "household", "2": "neighbour", "44": "keep", "5": "none",
}  # fmt: skip
_FIRST = 1  # of the weekdays: Monday


def _show_house(where: Where, facts: MenuFacts) -> Shown:
    return Shown(where, "house", listed(facts.household or HouseholdFact()))


def _take_house(where: Where, typed: Typed, facts: MenuFacts) -> Step:
    if typed.text == BACK:
        return Step(go(where, "menu"))
    if typed.text == "4":
        return Step(go(where, "weekdays"))
    if typed.text == "6":
        return Step(go(where, "word"), Ask("recipient", DrawWord()))
    wish = _WISHES.get(typed.text)
    return Step(where) if wish is None else _ask(where, SetWish(wish))


def _ask(where: Where, event: SetWish | TakeWord) -> Step:
    return Step(go(where, "over"), Ask("recipient", event))


def _show_weekdays(where: Where, facts: MenuFacts) -> Shown:
    return Shown(where, "weekdays")


def _take_weekdays(where: Where, typed: Typed, facts: MenuFacts) -> Step:
    if typed.text == BACK:
        return Step(go(where, "house"))
    days = typed_weekdays(typed.text)
    return _ask(where, SetWish("days", days)) if days else Step(where)


def typed_weekdays(text: str) -> tuple[int, ...]:
    """Return the weekdays that 135 names, in their order; none where it is anything else."""
    days = sorted({int(each) for each in text}) if text.isdecimal() else []
    return tuple(days) if all(_FIRST <= each <= ALL_WEEK for each in days) else ()


def _show_word(where: Where, facts: MenuFacts) -> Shown:
    """Show the two words that were drawn, or where there are none."""
    if facts.word is None:
        return _show_house(go(where, "house"), facts)
    first, second = (spoken_words.shown(each, facts.language) for each in facts.word)
    return Shown(where, "word", {"first": first, "second": second})


def _take_word(where: Where, typed: Typed, facts: MenuFacts) -> Step:
    if typed.text == BACK:
        return Step(go(where, "house"))
    if typed.text == "1":
        return _ask(where, TakeWord())
    return Step(where, Ask("recipient", DrawWord())) if typed.text == "2" else Step(where)


SCREENS = (
    Screen(
        "house", "what is wished for all post",
        _show_house, _take_house, ("house",),
        to=("menu", "weekdays", "word", "over"), asks=(SetWish, DrawWord),
    ),
    Screen(
        "weekdays", "asks on which weekdays post may come",
        _show_weekdays, _take_weekdays, ("weekdays",),
        to=("house", "over"), asks=(SetWish,),
    ),
    Screen(
        "word", "two words for who is at home: these, or others",
        _show_word, _take_word, ("word", "word_no_wish"),
        to=("house", "over"), asks=(DrawWord, TakeWord), resumable=False,
    ),
)  # fmt: skip
READ_BY = frozenset(screen.name for screen in SCREENS)  # what a household wishes is shown there
ANSWERS = ("wish_days", "wish_keep", "wish_none", "wish_in_doubt", "word_chosen", "word_no_wish")
# Told by SMS as well: the screen disappears, and who has the telephone later is to read it.
PROOF = ("wish_days", "wish_keep", "wish_none", "word_chosen")
