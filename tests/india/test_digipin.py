"""DIGIPIN: read as people write it; what is none is refused."""

from __future__ import annotations

import pytest

from india import digipin


@pytest.mark.parametrize(
    "typed", ["39J-49L-L8T4", "39j49ll8t4", " 39J 49L L8T4 ", "३९J-४९L-L८T४", "39J49LL8T4"]
)
def test_it_is_read_as_it_is_written(typed: str) -> None:
    assert digipin.read(typed) == "39J49LL8T4"
    assert digipin.shown(digipin.read(typed)) == "39J-49L-L8T4"


@pytest.mark.parametrize(
    "typed", ["", "39J-49L-L8T", "39J-49L-L8T44", "19J-49L-L8T4", "O9J-49L-L8T4", "A9J-49L-L8T4"]
)
def test_what_is_none_is_refused(typed: str) -> None:
    with pytest.raises(digipin.NoDigipin):
        digipin.read(typed)


def test_one_that_is_being_typed_is_begun() -> None:
    with pytest.raises(digipin.DigipinBegun) as begun:
        digipin.read("39J-4")
    assert begun.value.left == 6
