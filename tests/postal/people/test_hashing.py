"""One hash at once, few waiting: more are refused at once."""

from __future__ import annotations

import threading

import pytest

from postal.people.hashing import HashingPlace, TooManyHashes


def test_who_finds_the_queue_full_is_refused_and_the_next_is_not() -> None:
    place, goes_on = HashingPlace(waiting=1, nice=10), threading.Event()
    under_way = [threading.Thread(target=place.compute, args=(goes_on.wait,)) for _ in range(2)]
    for each in under_way:
        each.start()
    while place._inside < 2:
        pass
    with pytest.raises(TooManyHashes):
        place.compute(lambda: pytest.fail("it is not computed"))
    goes_on.set()
    for each in under_way:
        each.join()
    assert place.compute(lambda: "computed") == "computed"
