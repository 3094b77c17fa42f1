"""The arithmetic of a lost slip, beside a thousand days that are played."""

from __future__ import annotations

import random
from itertools import pairwise

import pytest

from bench.slip import Assumptions, table, worth
from postal.checks import check_of

_KEY, _SALT = b"k" * 32, b"s" * 16


def test_a_guess_passes_once_in_a_thousand_and_the_slip_of_another_day_does_too() -> None:
    right = [check_of(_KEY, _SALT, item) for item in range(20_000)]
    guessed = sum(each == "417" for each in right) / len(right)
    yesterday = sum(a == b for a, b in pairwise(right)) / len(right)
    assert guessed == pytest.approx(worth(Assumptions()).by_guess, rel=0.5)
    assert yesterday == pytest.approx(worth(Assumptions()).yesterday, rel=0.5)


def test_the_formula_is_what_finders_get_when_they_are_played() -> None:
    given = Assumptions(plain=0.6, dark=0.1, doors=2)
    dice = random.Random(19)
    days = 20_000
    got = 0
    for _ in range(days):
        kinds = [dice.random() < given.plain and dice.random() < given.dark for _ in range(65)]
        got += sum(dice.sample(kinds, given.doors))
    assert got / days == pytest.approx(worth(given).got, rel=0.1)


def test_a_false_code_stands_in_the_books_five_times_in_a_million_at_most() -> None:
    assert worth(Assumptions()).stands == pytest.approx(5e-6, rel=1e-3)
    assert worth(Assumptions(length=8)).stands == pytest.approx(5e-8, rel=1e-3)


def test_the_table_says_each_assumption_ten_times_as_bad() -> None:
    said = table(Assumptions())
    for each in ("plain 1", "dark 1", "lost 5", "used 0.1", "doors 20"):
        assert f"with {each} " in said
