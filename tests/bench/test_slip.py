"""The arithmetic of a lost slip, beside a thousand days that are played."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import UTC, datetime
from itertools import pairwise

import pytest

from bench.slip import Assumptions, table, worth
from flows import trust
from flows.facts import ArticleFact
from postal.checks import check_of
from postal.codes import Issue
from postal.offline import ListedCode, OfflineSaid, judge

_KEY, _SALT = b"k" * 32, b"s" * 16
_AT, _HOLDER = datetime(2026, 8, 14, 4, 30, tzinfo=UTC), "+919876500001"


def test_a_guess_passes_once_in_a_thousand_and_the_slip_of_another_day_does_too() -> None:
    right = [check_of(_KEY, _SALT, item) for item in range(20_000)]
    guessed = sum(each == "417" for each in right) / len(right)
    yesterday = sum(a == b for a, b in pairwise(right)) / len(right)
    assert guessed == pytest.approx(worth(Assumptions()).by_guess, rel=0.5)
    assert yesterday == pytest.approx(worth(Assumptions()).yesterday, rel=0.5)


_PLAIN = ArticleFact("EU123456785IN", "out_for_delivery", True, 0, "none", None, 0, 0, 0, False)
_OTHERS = (
    replace(_PLAIN, service="registered"),
    replace(_PLAIN, service="insured"),
    replace(_PLAIN, passport=True),
    replace(_PLAIN, amount=500),
    replace(_PLAIN, door_only=True),  # fraud was reported
    replace(_PLAIN, disputed=True),
    replace(_PLAIN, document=True),  # after a move
    replace(_PLAIN, unsure=True),
)


def handed_over(article: ArticleFact, item: int, said: str) -> bool:
    """What a postman does at a door without network: rule 19, and three digits compared."""
    return trust.offline(article) is None and said == check_of(_KEY, _SALT, item)


def judged_later(dice: random.Random, item: int, said: str) -> str:
    """What becomes of it when he texts the code that the finder invented."""
    listed = ListedCode(1, item, 1, 3, "handover", _AT, False, [_HOLDER], moved=False)
    false = f"{dice.randrange(10**6):06d}"
    claim = OfflineSaid(false, said, item, 3, wrong_tries=0, holder=_HOLDER)
    return judge(claim, [listed], Issue(1, "expired", _SALT, {1: _KEY}), _KEY, 6)[0]


def test_the_formula_is_what_finders_get_when_rule_19_is_played() -> None:
    """The real rule says which article goes so, and the real verdict what its code is worth."""
    given = Assumptions(plain=0.6, dark=0.1, doors=2)
    dice = random.Random(19)
    days, got, stood = 20_000, 0, 0
    slip = [check_of(_KEY, _SALT, item) for item in range(65)]
    for _ in range(days):
        for item in dice.sample(range(65), given.doors):
            article = _PLAIN if dice.random() < given.plain else dice.choice(_OTHERS)
            dark = dice.random() < given.dark
            if dark and handed_over(article, item, slip[item]):
                got += 1
                stood += judged_later(dice, item, slip[item]) == "offline"
    assert got / days == pytest.approx(worth(given).got, rel=0.1)
    assert stood == 0


def test_a_false_code_stands_in_the_books_five_times_in_a_million_at_most() -> None:
    assert worth(Assumptions()).stands == pytest.approx(5e-6, rel=1e-3)
    assert worth(Assumptions(length=8)).stands == pytest.approx(5e-8, rel=1e-3)


def test_the_table_says_each_assumption_ten_times_as_bad() -> None:
    said = table(Assumptions())
    for each in ("plain 1", "dark 1", "lost 5", "used 0.1", "doors 20"):
        assert f"with {each} " in said
