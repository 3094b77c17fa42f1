"""Codes: derived, bound, of one use; what each verdict needs."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from flows.facts import TRIES_PER_DAY, CodeState
from postal.codes import Issue, code_of, judge

KEY = b"k" * 32
salts = st.binary(min_size=16, max_size=16)
issues = st.integers(1, 10_000)
lengths = st.integers(6, 8)
states = st.sampled_from(["live", "expired", "used", "dead"])


@given(salts, issues, lengths)
def test_a_code_is_digits_of_its_length_and_always_the_same(
    salt: bytes, issue: int, length: int
) -> None:
    code = code_of(KEY, salt, issue, length)
    assert len(code) == length
    assert code.isdigit()
    assert code.isascii()
    assert code == code_of(KEY, salt, issue, length)


def test_key_salt_and_issue_all_enter_and_the_derivation_does_not_change() -> None:
    # A change of the derivation would make every living code wrong: it must be meant.
    first = code_of(KEY, b"s" * 16, 1, 8)
    assert first == "75822045"
    others = {
        code_of(KEY, b"s" * 16, 2, 8),
        code_of(KEY, b"t" * 16, 1, 8),
        code_of(b"K" * 32, b"s" * 16, 1, 8),
    }
    assert first not in others
    assert len(others) == 3


def last_issue(number: int, state: CodeState, salt: bytes) -> Issue:
    """Every issue that can be compared is of one key."""
    return Issue(number, state, salt, dict.fromkeys(range(max(0, number - 6), number + 1), KEY))


@given(salts, issues, states, st.integers(0, TRIES_PER_DAY - 1), lengths)
def test_only_the_live_code_is_right(
    salt: bytes, issue: int, state: CodeState, wrong_tries: int, length: int
) -> None:
    last = last_issue(issue, state, salt)
    code = code_of(KEY, salt, issue, length)
    verdict = judge(code, last, wrong_tries, length)
    assert (verdict == "right") == (state == "live")
    assert (verdict == "expired") == (state == "expired")


@given(salts, issues, states, st.integers(0, 9), st.integers(0, 10**6 - 1).map("{:06d}".format))
def test_a_guess_is_never_right_and_counts_only_where_there_is_something_to_guess(
    salt: bytes, issue: int, state: CodeState, wrong_tries: int, guess: str
) -> None:
    last = last_issue(issue, state, salt)
    if guess in {code_of(KEY, salt, n, 6) for n in range(max(1, issue - 6), issue + 1)}:
        return
    verdict = judge(guess, last, wrong_tries, 6)
    if wrong_tries >= TRIES_PER_DAY:
        assert verdict == "locked"
    elif state in ("live", "expired"):
        assert verdict == "wrong"
    else:
        assert verdict == "none"


@given(salts, st.integers(2, 10_000), states)
def test_an_earlier_code_is_stale_and_not_a_guess(
    salt: bytes, issue: int, state: CodeState
) -> None:
    earlier, now = code_of(KEY, salt, issue - 1, 6), code_of(KEY, salt, issue, 6)
    if earlier != now:
        assert judge(earlier, last_issue(issue, state, salt), 0, 6) == "stale"


@given(salts, issues)
def test_after_five_wrong_codes_not_even_the_right_one_is_compared(salt: bytes, issue: int) -> None:
    code = code_of(KEY, salt, issue, 6)
    assert judge(code, last_issue(issue, "live", salt), TRIES_PER_DAY, 6) == "locked"


def test_before_the_first_issue_there_is_nothing_to_compare() -> None:
    never = last_issue(0, "none", b"s" * 16)
    assert judge(code_of(KEY, b"s" * 16, 0, 6), never, 0, 6) == "none"
    assert judge("000000", never, 0, 6) == "none"


@given(st.text(alphabet="0123456789", min_size=4, max_size=8))
def test_a_code_of_another_length_is_never_right(text: str) -> None:
    last = last_issue(3, "live", b"s" * 16)
    if len(text) != 6:
        assert judge(text, last, 0, 6) == "wrong"


@given(salts, st.integers(2, 10_000), states)
def test_each_issue_is_compared_under_its_own_key(
    salt: bytes, issue: int, state: CodeState
) -> None:
    other = b"K" * 32
    last = Issue(issue, state, salt, {issue - 1: KEY, issue: other})
    now, earlier = code_of(other, salt, issue, 6), code_of(KEY, salt, issue - 1, 6)
    assert (judge(now, last, 0, 6) == "right") == (state == "live")
    if earlier != now:
        assert judge(earlier, last, 0, 6) == "stale"


@given(salts, issues, states)
def test_a_code_whose_key_was_retired_is_old_and_no_guess(
    salt: bytes, issue: int, state: CodeState
) -> None:
    assert judge(code_of(KEY, salt, issue, 6), Issue(issue, state, salt, {}), 0, 6) == "stale"
