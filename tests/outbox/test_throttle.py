from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from redis import Redis, RedisError

from outbox.throttle import LocalPace, Throttle
from runtime import Runtime
from store.gcra import Gcra, Limit
from tests.rigs.outbox import NOWHERE


def test_a_burst_goes_at_once_and_the_next_waits_its_turn(runtime: Runtime) -> None:
    gcra = Gcra(runtime.redis)
    assert [gcra.take("k", rate=0.1, burst=3) for _ in range(3)] == [0, 0, 0]
    wait = gcra.take("k", rate=0.1, burst=3)
    assert 9 < wait <= 10
    assert gcra.take("other", rate=0.1, burst=3) == 0


def test_no_window_lets_more_through_than_its_rate(runtime: Runtime) -> None:
    gcra, rate, burst, granted, asked = Gcra(runtime.redis), 200.0, 5, 0, 0
    began = time.monotonic()
    while time.monotonic() - began < 0.3:
        granted += gcra.take("k", rate, burst) == 0
        asked += 1
    took = time.monotonic() - began
    assert granted <= burst + rate * took + 1
    # And it does give what there is, to a machine that has the time to ask for it.
    assert granted >= min(asked, rate * 0.3 * 0.8)


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


def test_several_limits_are_taken_together_or_none_of_them(runtime: Runtime) -> None:
    gcra = Gcra(runtime.redis)
    wide, narrow = Limit("wide", 0.1, 3), Limit("narrow", 0.01, 1)
    first, second, third, fourth = gcra.take_together(
        [[wide, narrow], [wide, narrow], [wide], [wide]]
    )
    assert (first, third, fourth) == (None, None, None)  # the second took nothing of the wide one
    assert second is not None
    assert second.limit == 1
    assert 99 < second.wait <= 100
    (fifth,) = gcra.take_together([[narrow, wide]])
    assert fifth is not None
    assert fifth.limit == 0  # both refuse: the one that lasts longer is named
    assert gcra.take_together([]) == []


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


def test_without_valkey_gateways_are_paced_by_each_process() -> None:
    nowhere = Redis.from_url(NOWHERE)
    with pytest.raises(RedisError):
        Gcra(nowhere).take("k", 1, 1)
    throttle = Throttle(nowhere)
    assert throttle.gateway("g", rate=0.1, want=5).units == 1
    again = throttle.gateway("g", rate=0.1, want=5)
    assert again.units == 0
    assert 9 < again.wait <= 10
