"""The segment counter against 3GPP TS 23.038 and what carriers do at a segment's edge."""

from __future__ import annotations

import unicodedata
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from messages.segments import Segments, count, split

BASIC = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡"
    "ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
EXTENSION = "^{}\\[~]|€\f"
JOINERS = "\u200d\u200c\ufe0f\u093c\u094d\u093e\u0902\u0301"

gsm_texts = st.text(alphabet=BASIC + EXTENSION, max_size=700)
# Few letters and many joiners and emoji: segments' edges fall into clusters often.
ucs2_texts = st.builds(
    lambda head, tail: "क" + head + tail,
    st.text(alphabet="क", max_size=70),
    st.text(alphabet="कष1 😀👩\U000e0101" + JOINERS, max_size=250),
)


def septets(text: str) -> int:
    return sum(2 if letter in EXTENSION else 1 for letter in text)


def utf16(text: str) -> int:
    return len(text.encode("utf-16-be")) // 2


def joins(before: str, letter: str) -> bool:
    """Whether a reader sees no edge between the two."""
    return (
        before == "\u200d"
        or letter in "\u200c\u200d"
        or unicodedata.category(letter) in ("Mn", "Mc", "Me")
    )


@pytest.mark.parametrize(
    ("text", "counted"),
    [
        ("", Segments("GSM-7", 0, 0, 1)),
        ("a" * 160, Segments("GSM-7", 160, 160, 1)),
        ("a" * 161, Segments("GSM-7", 161, 161, 2)),
        ("a" * 306, Segments("GSM-7", 306, 306, 2)),
        ("a" * 307, Segments("GSM-7", 307, 307, 3)),
        ("€" * 80, Segments("GSM-7", 80, 160, 1)),
        ("€" * 81, Segments("GSM-7", 81, 162, 2)),
        # 306 septets, but the euro does not fit behind 152 and moves on whole
        ("a" * 152 + "€" + "a" * 152, Segments("GSM-7", 305, 306, 3)),
        ("a" * 151 + "€" + "a" * 153, Segments("GSM-7", 305, 306, 2)),
        ("क" * 70, Segments("UCS-2", 70, 70, 1)),
        ("क" * 71, Segments("UCS-2", 71, 71, 2)),
        ("क" * 134, Segments("UCS-2", 134, 134, 2)),
        ("क" * 135, Segments("UCS-2", 135, 135, 3)),
        ("😀" * 35, Segments("UCS-2", 35, 70, 1)),
        # 134 units each; what must stay together moves on and makes a third segment
        ("क" * 66 + "😀" + "क" * 66, Segments("UCS-2", 133, 134, 3)),
        ("क" * 66 + "का" + "क" * 66, Segments("UCS-2", 134, 134, 3)),
        ("क" * 66 + "☎\ufe0f" + "क" * 66, Segments("UCS-2", 134, 134, 3)),
        ("क" * 64 + "क्\u200dष" + "क" * 66, Segments("UCS-2", 134, 134, 3)),
        ("क" * 65 + "क्\u200c" + "क" * 66, Segments("UCS-2", 134, 134, 3)),
        ("क" * 65 + "का" + "क" * 67, Segments("UCS-2", 134, 134, 2)),
    ],
)
def test_a_text_is_counted_as_a_carrier_counts_it(text: str, counted: Segments) -> None:
    assert count(text) == counted


@pytest.mark.parametrize("letter", [*"₹`\t“’–।ç…•०", "😀"])
def test_one_letter_outside_of_gsm7_makes_the_whole_text_ucs2(letter: str) -> None:
    assert count("a" * 69 + letter).encoding == "UCS-2"


@pytest.mark.parametrize("letter", BASIC)
def test_each_basic_letter_costs_one_septet(letter: str) -> None:
    assert count(letter) == Segments("GSM-7", 1, 1, 1)


@pytest.mark.parametrize("letter", EXTENSION)
def test_each_extension_letter_costs_two_septets(letter: str) -> None:
    assert count(letter) == Segments("GSM-7", 1, 2, 1)


def test_a_cluster_longer_than_a_segment_is_split_after_all() -> None:
    assert [len(part) for part in split("क" + "\u0301" * 100)] == [67, 34]


@given(gsm_texts)
def test_gsm7_parts_are_full_and_whole(text: str) -> None:
    parts = split(text)
    assert "".join(parts) == text
    if septets(text) <= 160:
        assert len(parts) == (1 if text else 0)
        return
    assert all(septets(part) <= 153 for part in parts)
    for part, after in pairwise(parts):
        assert septets(part + after[0]) > 153, "another character would have fitted"


@given(ucs2_texts)
def test_ucs2_parts_are_full_and_break_where_a_reader_sees_an_edge(text: str) -> None:
    parts = split(text)
    assert "".join(parts) == text
    if utf16(text) <= 70:
        assert parts == (text,)
        return
    assert all(utf16(part) <= 67 for part in parts)
    for part, after in pairwise(parts):
        cluster = after[0]
        for letter in after[1:]:
            if not joins(cluster[-1], letter):
                break
            cluster += letter
        assert utf16(part + cluster) > 67, "another cluster would have fitted"
        if joins(part[-1], after[0]):  # only where there was no other way
            start = len(part) - 1
            while start > 0 and joins(part[start - 1], part[start]):
                start -= 1
            assert utf16(part[start:] + cluster) > 67, "a cluster was torn"


@given(st.one_of(gsm_texts, ucs2_texts))
def test_a_count_agrees_with_the_parts(text: str) -> None:
    counted = count(text)
    assert counted.characters == len(text)
    assert counted.units == (septets(text) if counted.encoding == "GSM-7" else utf16(text))
    assert counted.segments == max(1, len(split(text)))
