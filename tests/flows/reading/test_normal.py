"""The normal form: one notion for many spellings and scripts, numbers as what they are."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.reading.normal import normalise
from flows.reading.scripts import MOST_READ, folded, latin
from flows.reading.words import find, parts
from flows.wishes import DayNamed


@pytest.mark.parametrize(
    "written",
    [
        "nahi", "nhi", "nai", "nahin", "nahee", "NAHI", "nahiiii", "nahii", "naahin", "नहीं", "नाहीं",
        "नही", "नइखे", "naikhe", "نہیں",
    ],
)  # fmt: skip
def test_a_denial_is_one_notion(written: str) -> None:
    assert find(latin(folded(written))).notion == "not"


@pytest.mark.parametrize(
    ("text", "normal"),
    [
        ("mje cod nhi mila", "me code not got"),
        ("मुझे कोड नहीं मिला", "me code not got"),
        ("O.T.P. bhejdo", "code send"),
        ("ओटीपी भेजिए", "code send"),
        ("কোড", "code"),
        ("codebhejdo", "code send"),
        ("plzzzz code send", "code send"),
        ("c\u200bo\u00add\u2060e bhejo", "code send"),
        ("daak ghar me rakh do", "office in keep give"),
        ("पोस्ट ऑफिस में रखो", "office in keep"),
        ("4 baje aana", "time come"),
        ("rs 500 mange", "money n# would"),
        ("29/11 ko lana", "date# ko bring"),
        ("2 december ko lana", "date# ko bring"),
        ("galat no hai", "wrong number is"),
        ("no", "no"),
        ("bhej do na", "send give"),
        ("na milal", "not got"),
        ("+92 300 1234567 se call", "caller# from call"),
        ("deliver tommorow", "deliver tomorrow"),
    ],
)
def test_texts_have_a_normal_form(text: str, normal: str) -> None:
    assert normalise(text).text == normal


@pytest.mark.parametrize(
    "written", ["98395 55014", "+91-98395-55014", "०९८३९५५५०१४", "983.955.5014"]
)
def test_a_telephone_is_read_however_it_is_written(written: str) -> None:
    assert normalise(f"bhai ko de do {written}").phones == ("+919839555014",)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("kal lana", DayNamed(offset=1)),
        ("परसों लाइए", DayNamed(offset=2)),
        ("guruwar ko", DayNamed(weekday=3)),
        ("02/12/2026 ko", DayNamed(day=2, month=12, year=2026)),
        ("2 dec ko", DayNamed(day=2, month=12)),
        ("29 tarikh ko", DayNamed(day=29)),
    ],
)
def test_a_day_is_named_without_a_calendar(text: str, day: DayNamed) -> None:
    assert normalise(text).days == (day,)


def test_an_article_is_named_by_its_last_four_but_not_by_a_helpline_or_a_year() -> None:
    assert normalise("daak 6785 kahan hai").which == "6785"
    assert normalise("eu 123456785 in kahan hai").which == "EU123456785IN"
    assert normalise("1930 par call kiya").which is None
    assert normalise("2026 me lana").which is None


def test_words_that_look_alike_keep_their_meaning() -> None:
    assert find("mata").notion == "relative"
    assert find("mat").notion == "dont"
    assert find("letter").notion == "parcel"
    assert find("call").notion == "call"
    assert find("mall").tongue == "plain"
    assert parts("gorakhpur") == ("gorakhpur",)


@pytest.mark.parametrize("text", ["\ufdfa" * 10_000, "9-" * 5_000, "न" * 10_000, "a b " * 5_000])
def test_no_more_than_a_thousand_letters_are_read(text: str) -> None:
    assert len(folded(text)) <= MOST_READ
    assert len(normalise(text).text) <= 6 * MOST_READ


@given(st.text(max_size=300))
def test_every_text_has_a_normal_form(text: str) -> None:
    assert normalise(text).kind in ("words", "quote", "notice", "autoresponder", "empty")
