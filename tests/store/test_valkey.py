"""A Valkey that hangs costs one call a moment, and then nobody."""

from __future__ import annotations

import socket

import pytest
from redis import RedisError, TimeoutError

from outbox.wake import wake
from store import valkey
from store.valkey import Breaker, LeftAlone


def test_one_call_waits_and_then_it_is_left_alone() -> None:
    with socket.create_server(("127.0.0.1", 0)) as hung:  # it takes connections and says nothing
        redis = valkey.connect(f"redis://127.0.0.1:{hung.getsockname()[1]}")
        with pytest.raises(TimeoutError):
            redis.get("key")
        for _ in range(20):
            with pytest.raises(LeftAlone):
                redis.get("key")
        assert not wake(redis)
        hung.setblocking(False)
        hung.accept()[0].close()
        with pytest.raises(BlockingIOError):  # none of them connected
            hung.accept()


def test_after_the_rest_one_tries_for_all() -> None:
    now = [0.0]
    breaker = Breaker(3.0, lambda: now[0])
    breaker.ask()
    breaker.failed()
    now[0] = 2.9
    with pytest.raises(LeftAlone):
        breaker.ask()
    now[0] = 3.0
    breaker.ask()
    with pytest.raises(LeftAlone):  # whoever comes while that one tries
        breaker.ask()
    breaker.answered()
    breaker.ask()


def test_it_is_away_to_whoever_catches_that() -> None:
    assert issubclass(LeftAlone, RedisError)
