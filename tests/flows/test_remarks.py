"""The table of remarks: each has its words wherever it is shown, and no words are left over."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

from flows.grammar.postman_numbers import SIGNATURE
from flows.remarks import BY_CODE, KINDS, TYPED, RemarkKind
from messages.catalogue import catalogue
from tests.rigs.told import nothing_in

ROOT = Path(__file__).parent.parent.parent
# Every file that names remarks: the pages of the desk and the offices, paper, USSD.
FILES = tuple(
    sorted(
        str(path.relative_to(ROOT))
        for pattern in ("web/words/*/flows.toml", "paper/words/*.toml", "messages/screens/*.toml")
        for path in ROOT.glob(pattern)
        if path.name != "screens.toml"
    )
)
PLANTED = RemarkKind(99, "dog at the gate", "other")


def named(file: str) -> set[int]:
    """Return the remarks that `file` has words for."""
    table = tomllib.loads((ROOT / file).read_text(encoding="utf-8"))
    words = table.get("words", table)
    keys = (re.fullmatch(r"remark_(\d\d)", key) for key in words)
    return {int(found[1]) for found in keys if found and words[found[0]].strip()}


def without_words(kinds: Iterable[RemarkKind]) -> Iterator[str]:
    """Return a line for each remark that one of the files has no words for."""
    for file in FILES:
        has = named(file)
        for kind in kinds:
            if kind.code not in has:
                yield f"{file}: remark {kind.code} ({kind.name}) has no words"


def test_every_remark_has_its_words_in_every_file() -> None:
    nothing_in(without_words(KINDS))


def test_a_remark_without_words_is_told_with_its_file() -> None:
    assert len(FILES) == 7
    assert list(without_words([PLANTED])) == [
        f"{file}: remark 99 (dog at the gate) has no words" for file in FILES
    ]


@pytest.mark.parametrize("file", FILES)
def test_no_words_are_about_a_remark_that_is_gone(file: str) -> None:
    gone = sorted(named(file) - {SIGNATURE} - set(BY_CODE))
    nothing_in(f"{file}: remark_{code} is no remark of flows/remarks.py" for code in gone)


def test_every_group_has_its_texts_in_the_catalogue() -> None:
    wanted = {f"attempted_{kind.question}" for kind in KINDS}
    wanted |= {f"sender_attempted_{kind.group}" for kind in KINDS}
    missing = sorted(wanted - set(catalogue().templates))
    nothing_in(f"messages/catalogue/templates.toml: no text is called {name}" for name in missing)


def test_a_code_stands_once_and_is_read_as_a_remark() -> None:
    assert len(BY_CODE) == len(KINDS)
    outside = sorted(code for code in BY_CODE if code not in TYPED or code == SIGNATURE)
    nothing_in(f"flows/remarks.py: TYPED does not read {code} as a remark" for code in outside)
