"""The order in which workers get the tests: the longest first, and together what shares."""

from __future__ import annotations

from tests.rigs.dealt import dealt


def test_each_part_begins_with_its_share_of_the_long_and_nothing_is_lost() -> None:
    order = dealt([["A"], ["B", "b"], ["C"], ["D"]], list("stuvwxyz"), 3)
    parts = order[:4], order[4:8], order[8:]
    assert parts == (["A", "D", "s", "t"], ["B", "b", "u", "v"], ["C", "w", "x", "y", "z"])


def test_too_few_for_parts_begin_with_the_long_ones() -> None:
    assert dealt([["A", "a", "b"], ["B"]], ["s"], 3) == ["A", "a", "b", "B", "s"]
    assert dealt([], [], 3) == []
