"""What holds in the cluster's table, and what does not."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bench.cluster.table import LOST, SLOW, Played, Row, _lacking
from bench.day_people import Told
from bench.report import Line
from tests.rigs.day import TOLD

_TOLD = replace(TOLD, deliveries=10, late_codes=3, twice={"a code": 1}, again=5, silent=21.0)
_ROW = Row("primary killed", _TOLD, "", "another primary after 18 s", "")
_BEFORE = {"articles delivered": 100, "delivered once in the feed": 100, "texts in": 200}
_AFTER = {"articles delivered": 110, "delivered once in the feed": 110, "texts in": 220}


def test_late_and_doubled_texts_are_counted_and_hold() -> None:
    assert _ROW.holds


@pytest.mark.parametrize(
    "row",
    [
        replace(_ROW, told=replace(_TOLD, no_code=1)),
        replace(_ROW, told=replace(_TOLD, no_thanks=1)),
        replace(_ROW, told=replace(_TOLD, wrong={"a code to another telephone": 1})),
        replace(_ROW, told=replace(_TOLD, silent=30.0)),
        replace(_ROW, books="texts in: 19 of 20"),
        replace(_ROW, broke="db2 does not end"),
    ],
)
def test_what_is_lost_wrong_or_away_too_long_does_not_hold(row: Row) -> None:
    assert not row.holds


@pytest.mark.parametrize(
    ("told", "status"),
    [(_TOLD, 0), (replace(_TOLD, silent=30.0), SLOW), (replace(_TOLD, no_thanks=1), LOST)],
)
def test_only_what_is_lost_is_told_apart_from_what_took_long(told: Told, status: int) -> None:
    row = replace(_ROW, told=told)
    line = Line(row.fault, "", "", row.holds)
    assert Played([line], row.kept).status == status


def test_the_books_are_those_of_this_fault_alone() -> None:
    assert _lacking(_BEFORE, _AFTER, 10) == ""
    assert _lacking({}, _AFTER | {"texts in": 219}, 110) == "texts in: 219 of 220"


@pytest.mark.parametrize("what", list(_AFTER))
def test_what_was_done_twice_is_not_as_expected(what: str) -> None:
    assert what in _lacking(_BEFORE, _AFTER | {what: _AFTER[what] + 1}, 10)
