"""Signs beside an item say more than "I am coming", which sends a code: they are asked back."""

from __future__ import annotations

import pytest

from flows.events import AskedBack, NotUnderstood, Visit
from flows.grammar.postman import postman


@pytest.mark.parametrize("text", ["5 ✅", "12 =", "4/-", "3 =?", "8 👍"])
def test_a_tick_a_sum_or_an_equals_is_no_approach(text: str) -> None:
    event = postman(text, 6).event
    assert isinstance(event, AskedBack | NotUnderstood)


@pytest.mark.parametrize("text", ["#5", "(5)", "5.", "5, 6", "5/6", "No. 5"])
def test_what_only_divides_or_points_is(text: str) -> None:
    assert isinstance(postman(text, 6).event, Visit)


def test_a_telephone_is_nobodys_staff_id() -> None:
    assert postman("5 > 9876512340", 6).event == NotUnderstood()


def test_a_code_that_did_not_come_is_no_money_that_did_not() -> None:
    assert postman("5 otp not rcvd", 6).event == AskedBack("what", 5)
