"""Every notation of a telephone is the same telephone."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from india import phone
from tests.rigs import notations


@pytest.mark.parametrize(
    "written",
    [
        "+919839055101",
        "+9109839055101",
        "+910 98390 55101",
        "00919839055101",
        "09839055101",
        "919839055101",
        "(98390) 55101",
        "+91 (0) 98390 55101",
        "\u202a+91 98390 55101\u202c",
        "98390\u201155101",
        "\u200e98390 55101",
        "९८३९० ५५१०१",
        "＋９１９８３９０５５１０１",
    ],
)
def test_one_telephone_in_every_notation(written: str) -> None:
    assert phone.read(written) == "+919839055101"
    assert phone.missing_digits(written.replace("0091", "+91")) <= 0


@given(st.sampled_from(["9839055101", "6000000007"]).flatmap(notations.spread))
def test_signs_and_scripts_change_nothing(written: str) -> None:
    read = phone.e164(written)
    assert read in ("+919839055101", "+916000000007")


@pytest.mark.parametrize("written", ["", "98390", "9839O55101", "tel:9839055101", "98390,55101"])
def test_what_is_no_telephone_is_refused(written: str) -> None:
    with pytest.raises(ValueError):
        phone.read(written)


def test_a_long_paste_is_refused_before_it_is_read() -> None:
    with pytest.raises(phone.NoDigits):
        phone.read("9 " * 1000)


def test_the_trunk_prefix_makes_no_other_telephone() -> None:
    assert phone.without_trunk("+910551234567") == "+91551234567"
    assert phone.without_trunk("+4407911123456") == "+4407911123456"
