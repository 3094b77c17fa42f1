"""The notion of a word, however it is spelled: read from `lexicon.toml`. Pure.

A word is looked up as it is written, by its sound (Hindi and Bhojpuri), then with one slip of the
finger, where that is one notion only and the word is long enough.
"""

from __future__ import annotations

import re
import tomllib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Final, Literal

from flows.reading.scripts import folded, latin
from flows.reading.spelling import key, unstretched

Tongue = Literal["hindi", "english", "plain", "unknown"]
_FILE: Final = Path(__file__).with_name("lexicon.toml")
_LONG_ENOUGH: Final = 5  # letters of a word whose slip is mended
_VOWEL: Final = re.compile("[aeiou]")


@dataclass(frozen=True)
class FoundWord:
    """A word that was found. `notion` is "" for what carries no meaning here."""

    notion: str
    tongue: Tongue


@dataclass(frozen=True)
class Lexicon:
    """The words: by spelling, by sound, by spelling less one letter, and phrases."""

    spelled: Mapping[str, FoundWord]
    sounds: Mapping[str, FoundWord]
    slips: Mapping[str, frozenset[str]]  # less one letter → whole spellings
    together: Mapping[str, tuple[tuple[tuple[str, ...], str], ...]]  # by the first notion
    exact: Mapping[str, tuple[tuple[tuple[str, ...], str], ...]]  # by the first word


@cache
def lexicon() -> Lexicon:
    """Return the lexicon, read once."""
    tables = tomllib.loads(_FILE.read_text(encoding="utf-8"))
    spelled: dict[str, FoundWord] = {}
    sounds: dict[str, FoundWord] = {}
    for tongue in ("hindi", "english"):
        for notion, line in tables[tongue].items():
            for spelling in map(_bare, line.split()):
                word = FoundWord(notion, "hindi" if tongue == "hindi" else "english")
                spelled.setdefault(spelling, word)
                if tongue == "hindi" and len(spelling) > 1:
                    sounds.setdefault(key(spelling), word)
    for spelling in map(_bare, tables["dropped"]["words"].split()):
        spelled.setdefault(spelling, FoundWord("", "unknown"))
    for spelling in tables["plain"]["words"].split():
        spelled.setdefault(spelling, FoundWord(spelling, "plain"))
    long = [each for each in spelled if len(each) >= _LONG_ENOUGH]
    return Lexicon(
        spelled,
        sounds,
        _grouped((less, each) for each in long for less in (each, *_less_one(each))),
        _phrases(tables["together"], spelled),
        _phrases(tables["exact"], {}),
    )


def _bare(spelling: str) -> str:
    return latin(folded(spelling)).strip("_")


def _grouped(pairs: Iterable[tuple[str, str]]) -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    for name, spelling in pairs:
        found[name].add(spelling)
    return {name: frozenset(group) for name, group in found.items()}


def _phrases(
    table: Mapping[str, Iterable[str]], spelled: Mapping[str, FoundWord]
) -> dict[str, tuple[tuple[tuple[str, ...], str], ...]]:
    """Return the phrases by their first word, the longest first; what is dropped is left out."""
    found: dict[str, set[tuple[tuple[str, ...], str]]] = defaultdict(set)
    for notion, phrases in table.items():
        for phrase in phrases:
            words = [_bare(word) for word in phrase.split()]
            notions = [spelled[word].notion if word in spelled else word for word in words]
            kept = tuple(each for each in notions if each)
            found[kept[0]].add((kept, notion))
    return {
        first: tuple(sorted(group, key=lambda pair: (-len(pair[0]), pair)))
        for first, group in found.items()
    }


def _less_one(word: str) -> Iterator[str]:
    for at in range(len(word)):
        yield word[:at] + word[at + 1 :]


_GLUED: Final = range(6, 25)  # letters of what may be several words without a blank
_PART: Final = 2
_TELLING_PART: Final = 4
_SHORT_PARTS: Final = frozenset(("me", "do", "kl", "kb", "le", "de", "ko"))


@lru_cache(maxsize=20_000)
def parts(spelling: str) -> tuple[str, ...]:
    """Return the words of which "codebhejo" consists, or the spelling itself."""
    if len(spelling) not in _GLUED or find(spelling).tongue != "unknown":
        return (spelling,)
    spelled = lexicon().spelled
    best: list[tuple[str, ...] | None] = [()] + [None] * len(spelling)
    for end in range(_PART, len(spelling) + 1):
        for start in range(end - _PART + 1):
            before, part = best[start], spelling[start:end]
            word = spelled.get(part) if before is not None else None
            short = len(part) == _PART and part not in _SHORT_PARTS
            if before is None or word is None or short or word.tongue not in ("hindi", "english"):
                continue
            found = best[end]
            if found is None or len(before) + 1 < len(found):
                best[end] = (*before, part)
    whole = best[-1]
    telling = whole is not None and any(len(part) >= _TELLING_PART for part in whole)
    return whole if whole is not None and telling and len(whole) <= 5 else (spelling,)


@lru_cache(maxsize=50_000)
def find(spelling: str) -> FoundWord:
    """Return the word of a `spelling` in Latin letters; an unknown one is its own notion."""
    words = lexicon()
    short = unstretched(spelling)
    found = words.spelled.get(spelling) or words.spelled.get(short)
    if found is not None:
        return found
    if len(short) > 24:
        return FoundWord(short[:24], "unknown")
    sound = key(short)
    if len(sound) > 2 or (len(short) > 2 and not _VOWEL.search(short)):
        heard = words.sounds.get(sound)
        if heard is None and sound.endswith("n") and len(sound) > 3:
            heard = words.sounds.get(sound[:-1])
        if heard is not None:
            return heard
    return _with_a_slip(short, words) or FoundWord(short, "unknown")


def _with_a_slip(spelling: str, words: Lexicon) -> FoundWord | None:
    near: set[str] = set()
    if len(spelling) >= _LONG_ENOUGH:
        for less in (spelling, *_less_one(spelling)):
            near |= words.slips.get(less, frozenset())
        near = {each for each in near if _one_slip(spelling, each)}
    meant = {words.spelled[each].notion for each in near}
    if len(meant) != 1:
        return None
    found = words.spelled[min(near)]
    return found if found.tongue != "plain" and found.notion else None


def _one_slip(one: str, other: str) -> bool:
    """Tell whether one letter was left out, put in, changed, or two were exchanged."""
    if one[0] != other[0]:  # the first letter is the last to slip
        return False
    if len(one) > len(other):
        one, other = other, one
    at = next((at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), len(one))
    if len(one) < len(other):
        return one[at:] == other[at + 1 :]
    if one[at + 1 :] == other[at + 1 :]:
        return True
    return one[at : at + 2] == other[at : at + 2][::-1] and one[at + 2 :] == other[at + 2 :]
