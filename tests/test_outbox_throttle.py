from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from outbox_rig import NOWHERE
from redis import Redis, RedisError

from outbox.throttle import LocalPace, Throttle
from runtime import Runtime
from store.gcra import Gcra


def test_a_burst_goes_at_once_and_the_next_waits_its_turn(runtime: Runtime) -> None:
    gcra = Gcra(runtime.redis)
    assert [gcra.take("k", rate=0.1, burst=3) for _ in range(3)] == [0, 0, 0]
    wait = gcra.take("k", rate=0.1, burst=3)
    assert 9 < wait <= 10
    assert gcra.take("other", rate=0.1, burst=3) == 0


def test_no_window_lets_more_through_than_its_rate(runtime: Runtime) -> None:
    gcra, rate, burst, granted = Gcra(runtime.redis), 200.0, 5, 0
    began = time.monotonic()
    while time.monotonic() - began < 0.3:
        granted += gcra.take("k", rate, burst) == 0
    took = time.monotonic() - began
    assert granted <= burst + rate * took + 1
    assert granted >= rate * 0.3 * 0.8  # and it does give what there is


def test_a_batch_costs_one_call_and_gets_what_is_free(runtime: Runtime) -> None:
    gcra = Gcra(runtime.redis)
    first = gcra.take_up_to("k", rate=0.1, burst=10, want=7)
    second = gcra.take_up_to("k", rate=0.1, burst=10, want=7)
    third = gcra.take_up_to("k", rate=0.1, burst=10, want=7)
    assert (first.units, second.units, third.units) == (7, 3, 0)
    assert first.wait == 0
    assert 9 < third.wait <= 10


def test_a_cost_is_taken_as_a_whole_or_not_at_all(runtime: Runtime) -> None:
    gcra = Gcra(runtime.redis)
    assert gcra.take("k", 0.1, burst=5, cost=3) == 0
    assert gcra.take("k", 0.1, burst=5, cost=3) > 0
    assert gcra.take("k", 0.1, burst=5, cost=2) == 0
    with pytest.raises(ValueError, match="burst"):
        gcra.take("k", 0.1, burst=5, cost=6)


def test_each_of_many_keys_is_counted_repeats_too(runtime: Runtime) -> None:
    waits = Gcra(runtime.redis).take_each(["a", "b", "a", "a"], rate=0.1, burst=2)
    assert [wait == 0 for wait in waits] == [True, True, True, False]


def test_a_flushed_valkey_starts_afresh_script_included(runtime: Runtime) -> None:
    gcra = Gcra(runtime.redis)
    assert gcra.take("k", 0.1, 1) == 0
    runtime.redis.flushdb()
    runtime.redis.script_flush()
    assert gcra.take("k", 0.1, 1) == 0


@given(
    rate=st.floats(0.5, 1000),
    burst=st.integers(1, 50),
    asks=st.lists(st.tuples(st.floats(0, 2), st.integers(1, 80)), max_size=30),
)
def test_the_local_pace_keeps_the_rate_in_every_window(
    rate: float, burst: int, asks: list[tuple[float, int]]
) -> None:
    pace, now, granted = LocalPace(), 1000.0, []
    for pause, want in asks:
        now += pause
        grant = pace.take_up_to("k", rate, burst, want, now)
        assert 0 <= grant.units <= want
        assert grant.units == want or grant.wait > 0
        granted.append((now, grant.units))
    for i, (start, _) in enumerate(granted):
        total = 0
        for at, units in granted[i:]:
            total += units
            assert total <= burst + rate * (at - start) + 0.001


def test_without_valkey_gateways_are_paced_and_phones_are_not_limited() -> None:
    nowhere = Redis.from_url(NOWHERE)
    with pytest.raises(RedisError):
        Gcra(nowhere).take("k", 1, 1)
    throttle = Throttle(nowhere, phone_hourly_limit=1)
    assert throttle.gateway("g", rate=0.1, want=5).units == 1
    again = throttle.gateway("g", rate=0.1, want=5)
    assert again.units == 0
    assert 9 < again.wait <= 10
    assert throttle.phones(["+919812345678"] * 5) == [0.0] * 5


@pytest.mark.parametrize("limit", [1, 2, 7, 100])
def test_no_hour_holds_more_texts_to_a_phone_than_the_limit(limit: int) -> None:
    throttle = Throttle(Redis(), limit)
    assert throttle._phone_burst >= 1
    assert throttle._phone_burst + int(throttle._phone_rate * 3600) <= limit


def test_phones_are_limited_apart_and_not_named_in_valkey(runtime: Runtime) -> None:
    throttle = Throttle(runtime.redis, phone_hourly_limit=2)
    waits = throttle.phones(["+919812345678", "+919812345678", "+919812345679"])
    assert waits[0] == waits[2] == 0
    assert 0 < waits[1] <= 3600
    assert not [key for key in runtime.redis.scan_iter() if b"98123" in key]
