"""Few hashes at once, few waiting: more are refused at once."""

from __future__ import annotations

import threading

import pytest

from postal.people.hashing import HashingPlace, TooManyHashes


def test_who_finds_the_queue_full_is_refused_and_the_next_is_not() -> None:
    place, done = HashingPlace(at_once=1, waiting=1), threading.Event()

    def wait_and_compute() -> None:
        with place.taken():
            done.set()

    with place.taken():
        second = threading.Thread(target=wait_and_compute)
        second.start()
        while place._inside < 2:
            pass
        with pytest.raises(TooManyHashes), place.taken():
            pass
        assert not done.is_set()
    second.join()
    assert done.is_set()
    with place.taken():
        pass
