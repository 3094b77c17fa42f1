"""Codes and three digits from a door without network: which prove a handover, and which not."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.facts import CodeState
from postal.checks import check_of
from postal.codes import Issue, code_of
from postal.offline import ListedCode, OfflineSaid, judge

_ROOT, _SALT, _HOLDER, _ITEM, _POSTMAN = b"k" * 32, b"s" * 16, "+919876500001", 7, 3
_NOW = datetime(2026, 8, 14, 10, tzinfo=UTC)


def _issued(number: int, **changes: object) -> ListedCode:
    usual: dict[str, object] = {
        "item_id": _ITEM,
        "check_key": 1,
        "postman_id": _POSTMAN,
        "purpose": "handover",
        "stopped": False,
        "sent_to": [_HOLDER],
        "moved": False,
    }
    at = _NOW + timedelta(minutes=number)
    return ListedCode(issue=number, released_at=at, **{**usual, **changes})  # type: ignore[arg-type]


def _judged(
    issued: list[ListedCode], told: int, state: CodeState = "expired", check: str = "", **said: int
) -> tuple[str, str]:
    last = Issue(issued[0].issue, state, _SALT, dict.fromkeys(range(1, 12), _ROOT))
    entered = OfflineSaid(
        code_of(_ROOT, _SALT, told, 6) if told else "000000",
        check or check_of(_ROOT, _SALT, _ITEM),
        _ITEM,
        _POSTMAN,
        said.get("wrong_tries", 0),
        _HOLDER,
    )
    return judge(entered, issued, last, _ROOT, 6)


def test_the_code_of_the_day_proves_it_whenever_its_time_was_over() -> None:
    assert _judged([_issued(1)], 1) == ("offline", "right")


def test_an_older_one_does_too_where_it_was_only_replaced() -> None:
    assert _judged([_issued(2), _issued(1)], 1, "live") == ("offline", "right")


@pytest.mark.parametrize(
    "changes",
    [
        {"stopped": True},
        {"sent_to": ["+919876500002"]},
        {"sent_to": [_HOLDER, "+919876500002"]},
        {"sent_to": []},
        {"moved": True},
        {"postman_id": 4},
    ],
)
def test_one_that_is_not_his_alone_and_good_proves_nothing(changes: dict[str, object]) -> None:
    assert _judged([_issued(1, **changes)], 1) == ("stale", "unchecked")


def test_one_of_another_place_of_another_list_is_none() -> None:
    assert _judged([_issued(1, item_id=6)], 1) == ("none", "unchecked")


def test_one_before_a_stop_proves_nothing_though_a_new_one_was_issued() -> None:
    assert _judged([_issued(3), _issued(2, stopped=True), _issued(1)], 1) == ("stale", "unchecked")
    assert _judged([_issued(3), _issued(2, stopped=True), _issued(1)], 3) == ("offline", "right")


def test_of_a_wrong_code_and_of_wrong_digits_the_same_is_said() -> None:
    right = int(check_of(_ROOT, _SALT, _ITEM))
    assert _judged([_issued(1)], 0) == ("wrong", "wrong")
    assert _judged([_issued(1)], 1, check=f"{(right + 1) % 1000:03d}") == ("wrong", "wrong")


def test_after_five_wrong_ones_nothing_is_compared() -> None:
    assert _judged([_issued(1)], 1, wrong_tries=5) == ("locked", "unchecked")


def test_a_code_that_lives_is_right_by_itself() -> None:
    assert _judged([_issued(1)], 1, "live") == ("right", "right")
    assert _judged([_issued(1)], 1, "live", check="000") == ("right", "wrong")


@given(
    st.lists(
        st.tuples(st.booleans(), st.sampled_from([_ITEM, 6]), st.booleans(), st.booleans()),
        min_size=1,
        max_size=6,
    ),
    st.integers(min_value=1, max_value=6),
)
def test_whatever_was_issued_only_a_good_one_without_a_stop_after_it_counts(
    codes: list[tuple[bool, int, bool, bool]], told: int
) -> None:
    issued = [
        _issued(
            number,
            stopped=stopped,
            item_id=item,
            moved=moved,
            sent_to=[_HOLDER] if his else ["+919876500009"],
        )
        for number, (stopped, item, moved, his) in enumerate(codes, 1)
    ][::-1]
    verdict, _ = _judged(issued, told)
    if verdict == "offline":
        meant = next(each for each in issued if each.issue == told)
        assert (meant.item_id, meant.moved, list(meant.sent_to)) == (_ITEM, False, [_HOLDER])
        assert not any(each.stopped for each in issued if each.issue >= told)


def test_the_digits_of_each_place_are_others_and_tell_nothing_of_the_code() -> None:
    places = [check_of(_ROOT, _SALT, item) for item in range(1000)]
    assert len(set(places)) > 550  # a thousand throws of a die of a thousand sides: 632
    assert all(len(each) == 3 and each.isdigit() for each in places)
    assert check_of(_ROOT, b"t" * 16, _ITEM) != check_of(_ROOT, _SALT, _ITEM)
