"""One spelling of each Hindi word, on pages, on paper, in texts, on screens and in calls."""

from __future__ import annotations

import re
from collections import defaultdict
from pathlib import Path

from tests.rigs.told import nothing_in

ROOT = Path(__file__).parents[2]
FILES = ("web/words/hi/*.toml", "web/help/hi.toml", "messages/*/hi.toml", "paper/words/hi.toml")
_WORD = re.compile(r"[\u0900-\u0963\u0966-\u097f]+")


def folded(word: str) -> str:
    """Return what two spellings of a word have in common: जाँच, जांच; फ़ोन, फोन."""
    return word.replace("\u0901", "\u0902").replace("\u093c", "")


def test_no_hindi_word_is_spelt_in_two_ways() -> None:
    seen: dict[str, dict[str, str]] = defaultdict(dict)
    for path in sorted(each for files in FILES for each in ROOT.glob(files)):
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            for word in _WORD.findall(line):
                where = f"{path.relative_to(ROOT)}:{number}"
                seen[folded(word)].setdefault(word, where)
    assert len(seen) > 1000
    nothing_in(
        " and ".join(f"{word} in {where}" for word, where in spelt.items())
        for spelt in seen.values()
        if len(spelt) > 1
    )
