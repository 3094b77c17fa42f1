"""A record day holds only where the books and the people agree on everything."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bench.books import Doorstep
from bench.day_books import Day
from bench.day_people import People, Told
from bench.wire import Place, Wire
from tests.rigs.day import LEG, TOLD

_DAY = Day(
    rate=10.0,
    workers=1,
    told=TOLD,
    every=110,
    books={
        "articles delivered": 110,
        "delivered once in the feed": 110,
        "texts in": 220,
        "texts out": 550,
        "texts whose receipt came": 550,
        "codes to their recipients": 110,
        "thanks to their recipients": 110,
        "thanks to their senders": 110,
    },
    used={"web": 2.0, "worker": 1.0, "postgres": 3.5, "valkey": 0.5, "carrier": 1.0},
    cores=1.9,
    load=2.0,
)


def test_a_day_on_which_all_is_well_holds_and_says_what_it_costs() -> None:
    assert _DAY.holds
    assert _DAY.cores_for(100.0) == pytest.approx(100 * 0.07 / 0.7)  # 70 ms each, not the carrier's


@pytest.mark.parametrize("what", _DAY.books)
def test_a_day_whose_books_lack_anything_does_not_hold(what: str) -> None:
    day = replace(_DAY, books=_DAY.books | {what: _DAY.books[what] - 1})
    assert not day.holds
    assert what in day.why_not


@pytest.mark.parametrize(
    "told",
    [
        replace(TOLD, no_code=1),
        replace(TOLD, no_thanks=1),
        replace(TOLD, wrong={"a code to another telephone": 1}),
        replace(TOLD, twice={"thanks": 1}),
        replace(TOLD, late=6.0),
        replace(TOLD, thanked=replace(LEG, p99=5_001.0)),
    ],
)
def test_a_day_that_people_saw_otherwise_does_not_hold(told: Told) -> None:
    assert not replace(_DAY, told=told).holds


def test_people_notice_what_came_to_the_wrong_telephone_or_twice() -> None:
    door = Doorstep("+917000000001", "+918000000001", 3, "EU100000015IN", "123456")
    plan = {"doors": [[*vars(door).values()]], "rate": 1.0, "texted": 0,
            "account": ["AC1", "token", "+15005550006", "https://dakiya.example"]}  # fmt: skip
    people = People(plan, Wire(Place(1)))  # nothing listens: what is posted waits
    people.came(1.0, "+919000000001", "Thank you")
    people.came(1.1, "+919000000001", "Code 123456")
    people.came(1.2, "+918000000001", "Code 123456")
    people.came(1.3, "+918000000001", "Code 123456")
    people.came(1.4, "+918000000001", "Thank you")
    people.came(1.5, "+918000000001", "Thank you")
    for _ in range(3):
        people.came(1.6, "+917000000001", "3: noted")
    assert people.wrong == {
        "thanks before the code was texted": 1,
        "a code to another telephone": 1,
    }
    assert people.twice == {"a code": 1, "thanks": 1, "an answer too many to a postman": 1}
    assert not people.done.is_set()
    people.came(1.7, "+919000000001", "Thank you")
    assert people.done.is_set()
