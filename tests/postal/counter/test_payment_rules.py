"""What becomes of money, decided without a database."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from postal.counter.groups import GroupState
from postal.counter.payment_rules import (
    MOVES,
    OPEN,
    AttemptState,
    Book,
    BookingStanding,
    Cause,
    Due,
    judge,
    mixed_up,
    next_look,
    next_refund,
)

NOW = datetime(2026, 8, 14, 4, 30, tzinfo=UTC)
SUMS = st.integers(1, 10**9)


@given(SUMS, st.sampled_from(get_args(GroupState)), SUMS | st.just(0))
def test_only_the_exact_price_of_what_waits_books(paise: int, state: GroupState, due: int) -> None:
    verdict = judge(paise, BookingStanding(state, due))
    if isinstance(verdict, Book):
        assert state in ("open", "paying")
        assert paise == due
    else:
        assert verdict.cause in get_args(Cause)


@pytest.mark.parametrize(
    ("state", "due", "verdict"),
    [
        ("open", 7_552, Book()),
        ("paying", 7_552, Book()),
        ("open", 7_500, Due("amount")),
        ("paying", 755_200, Due("amount")),
        ("booked", 7_552, Due("twice")),
        ("booked", 1, Due("twice")),
        ("cancelled", 7_552, Due("cancelled")),
    ],
)
def test_the_table_of_docs_payments(state: GroupState, due: int, verdict: Book | Due) -> None:
    assert judge(7_552, BookingStanding(state, due)) == verdict


def test_what_nobody_knows_goes_back() -> None:
    assert judge(1, None) == Due("unknown")


def test_attempts_end_and_only_money_moves_them_again() -> None:
    assert set(MOVES) == set(get_args(AttemptState))
    for state, after in MOVES.items():
        assert not after & {"initiated", state}
        if state not in OPEN:
            assert after <= {"paid"}
        if state != "paid":
            assert "paid" in after  # money is believed whatever we thought


@given(SUMS)
def test_a_mix_up_is_a_hundredfold(paise: int) -> None:
    assert mixed_up(100 * paise, paise)
    assert mixed_up(paise, 100 * paise)
    assert not mixed_up(paise, paise)
    assert not mixed_up(paise, 0)


def test_an_ended_attempt_is_asked_about_for_more_than_a_day_and_then_no_more() -> None:
    at, looks = NOW, 0
    while (after := next_look(NOW, looks, at)) is not None:
        assert after > at
        at, looks = after, looks + 1
    assert at - NOW > timedelta(days=1)
    assert next_look(None, 0, NOW) == NOW + timedelta(seconds=3)


@given(st.integers(0, 10**7))
def test_a_refund_is_asked_for_without_end_and_within_the_hour(age: int) -> None:
    wait = next_refund(NOW, NOW + timedelta(seconds=age)) - (NOW + timedelta(seconds=age))
    assert timedelta(seconds=5) <= wait <= timedelta(hours=1)
