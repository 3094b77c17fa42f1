"""What keys of a call wish for all post: when it comes, and the end of it; nobody is let in."""

from __future__ import annotations

from dataclasses import replace
from typing import get_args

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from flows import trust
from flows.calling import menu
from flows.events import DrawWord, HouseholdWish, ReportFraud, SetWish, TakeWord
from flows.facts import HouseholdFact
from flows.recipient.household import weekdays
from flows.ussd.engine import BACK, MenuFacts, Step, Typed, Where
from messages.screens import LINES

FACTS = MenuFacts("en")
KEYS = st.text(alphabet="0123456789", min_size=1, max_size=6)


def stepped(screen: str, keys: str) -> Step:
    return menu.GRAPH.step(Where(screen), Typed(keys), FACTS)


@given(KEYS)
@example("123456")
@example("44")
@example("0")
def test_weekdays_are_some_of_the_week_or_asked_again(keys: str) -> None:
    step = stepped("weekdays", keys)
    if keys == BACK:
        assert step == Step(Where("menu"))
    elif set(keys) <= set("123456") and len(set(keys)) < 6:
        assert step == Step(Where("days", then="".join(sorted(set(keys)))))
    else:
        assert step == Step(Where("weekdays"))


@given(st.permutations("135"), st.integers(0, 2))
def test_a_slow_finger_chooses_what_a_fast_one_does(days: list[str], pause: int) -> None:
    """A carrier brings the keys before a pause alone: they are read back, and the rest is added."""
    where = Where("weekdays")
    for keys in ("".join(days[: pause + 1]), *days[pause + 1 :]):
        step = menu.GRAPH.step(where, Typed(keys), FACTS)
        assert step.ask is None
        where = step.where
    assert menu.GRAPH.show(where, FACTS).values == {"when": weekdays((1, 3, 5))}
    step = menu.GRAPH.step(where, Typed(menu.THESE_DAYS), FACTS)
    assert step.ask is not None
    assert step.ask.event == SetWish("days", (1, 3, 5))


@given(st.sampled_from(menu.DIGITS), KEYS.filter(lambda keys: keys not in ("0", "3")))
def test_only_a_second_three_is_fraud(screen: str, keys: str) -> None:
    """Behind a screen of digits, and where a 3 means nothing: any other key asks that again."""
    asked = Where(screen, then="1")
    answer = replace(Where("answer", told="by_text"), held=asked)
    sure = menu.GRAPH.step(answer, Typed("3"), FACTS)
    assert (sure.where.screen, sure.ask) == ("sure", None)
    assert menu.GRAPH.step(sure.where, Typed(keys), FACTS) == Step(asked)
    assert menu.GRAPH.step(sure.where, Typed(BACK), FACTS) == Step(Where("menu"))
    fraud = menu.GRAPH.step(sure.where, Typed("3"), FACTS)
    assert fraud.ask is not None
    assert isinstance(fraud.ask.event, ReportFraud)


@pytest.mark.parametrize("screen", ["house", "weekdays", "days", "end"])
def test_nought_only_leads_back(screen: str) -> None:
    step = stepped(screen, BACK)
    assert (step.where.screen, step.ask) == ("menu", None)


@pytest.mark.parametrize("keys", ["5", "55"])
def test_five_twice_ends_nothing(keys: str) -> None:
    """Who types 55, as in a text, is asked before every wish ends."""
    assert stepped("house", keys).ask is None
    assert stepped("end", "5").ask is None


def test_a_call_draws_no_word() -> None:
    asked = {kind for screen in menu.GRAPH.screens.values() for kind in screen.asks}
    assert not asked & {DrawWord, TakeWord}


@pytest.mark.parametrize(
    ("house", "said"),
    [
        (HouseholdFact(), "Now your post comes on any day."),
        (
            HouseholdFact("neighbour", (1, 6)),
            "Now your post comes on these days: Monday, Saturday.",
        ),
        (HouseholdFact(keeps=True), "Now the post office keeps your post."),
    ],
)
def test_who_may_take_it_is_not_said(house: HouseholdFact, said: str) -> None:
    shown = menu.GRAPH.show(Where("house"), MenuFacts("en", household=house))
    assert shown.values == {LINES: said}


def test_a_key_lets_nobody_in_and_a_caller_wishes_nothing() -> None:
    wishes = get_args(HouseholdWish)
    assert [trust.may_wish(each, "keys") for each in wishes] == [False, False, True, True, True]
    assert not any(trust.may_wish(each, "call") for each in wishes)
