"""Whole numbers, sums and days, read alike at every door."""

from __future__ import annotations

from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from india import calendar, figures, money, names
from tests.rigs import notations


@given(st.integers(0, 10**9), st.sampled_from(notations.SCRIPTS))
def test_every_whole_grouping_of_a_number_is_the_number(number: int, script: str) -> None:
    indian = money.shown(number * 100).removeprefix("₹")
    for typed in {str(number), f"{number:,}", indian}:
        assert figures.whole(notations.written(typed, script), 0, 10**9) == number


@given(st.text("0123456789,.", max_size=9))
def test_what_is_taken_means_one_number_only(typed: str) -> None:
    try:
        number = figures.whole(typed, 0, 10**9)
    except figures.NoNumber:
        return
    assert typed.replace(",", "").lstrip("0") == str(number).lstrip("0")
    assert typed in (
        f"{number:,}",
        money.shown(number * 100)[1:],
        str(number),
        typed.replace(",", ""),
    )


@pytest.mark.parametrize("typed", ["500,00", "76,50", ",5,", "1,,0", "", " ", "-", "1 00 x", "1e3"])
def test_what_may_be_two_numbers_is_none(typed: str) -> None:
    with pytest.raises(figures.NoNumber):
        figures.whole(typed, 0, 10**9)
    with pytest.raises(ValueError):
        money.of_typed(typed)


@pytest.mark.parametrize(
    ("typed", "paise"),
    [
        ("1,00,000", 10_000_000), ("1,000.50", 100_050), ("७६.५०", 7_650), ("Rs. 20", 2_000),
        ("₹ ५००", 50_000), ("\u200e76.5", 7_650),
    ],
)  # fmt: skip
def test_sums_in_rupees(typed: str, paise: int) -> None:
    assert money.of_typed(typed) == paise
    assert money.of_signed("−" + typed) == -paise


def test_a_number_beyond_all_limits_is_refused_before_it_is_computed() -> None:
    with pytest.raises(figures.NoNumber):
        figures.whole("9" * 5_000, 0, 10**9)


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31", "1999-12-31", "2100-01-01"])
def test_a_day_beyond_the_calendar_of_the_post_is_refused(day: str) -> None:
    with pytest.raises(calendar.NoDay):
        calendar.read(day)


def test_days_in_any_script() -> None:
    assert calendar.read("२०२६-०८-१४") == date(2026, 8, 14)
    assert calendar.read(" 2026\u201108\u201114\u200b") == date(2026, 8, 14)
    for typed in ("20260814", "2026-W33-5", "2026-8-14", "2026-02-30", ""):
        with pytest.raises(calendar.NoDay):
            calendar.read(typed)


@pytest.mark.parametrize("at", ["0001-01-01T00:00:00+00:00", "9999-12-31T23:59:59+00:00"])
def test_a_stored_time_out_of_range_is_shown_as_the_nearest(at: str) -> None:
    aware = datetime.fromisoformat(at)
    assert not calendar.is_usable(aware)
    assert calendar.day_of(aware).year in (1900, 9000)
    for language in ("en", "hi"):
        assert calendar.exact(aware, language)
        assert calendar.moment(aware, language)


@pytest.mark.parametrize("name", ["\u200b", "\u3164", "\u00ad", "\u2800 \u200d", "\u202a\u202c"])
def test_what_shows_nothing_is_no_name(name: str) -> None:
    with pytest.raises(names.Unseen):
        names.read(name)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("\u200eSita\u00a0  Devi\u202c", "Sita Devi"),
        ("शर्\u200dमा", "शर्\u200dमा"),  # the joiner shapes the letter
        ("\u200dराम\u200d", "राम"),
        ("रा\u095c", "रा\u0921\u093c"),  # NFC keeps it divided
    ],
)
def test_a_name_is_kept_as_it_is_seen(typed: str, kept: str) -> None:
    assert names.read(typed) == kept
