"""No measurement of one day's lists lasts into the next."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from bench.midnight import seconds_to_wait


@pytest.mark.parametrize(
    ("hour", "minute", "wait"), [(18, 20, 0), (18, 28, 120), (18, 30, 0), (0, 0, 0)]
)
def test_a_run_of_five_minutes_waits_where_midnight_comes_first(
    hour: int, minute: int, wait: int
) -> None:
    assert seconds_to_wait(300, datetime(2026, 11, 30, hour, minute, tzinfo=UTC)) == wait
