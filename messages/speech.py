"""What a call says: sentences in `messages/speech/*.toml`, under the names of their texts.

Speech has no letters: Hindi in Devanagari and in Roman letters sound alike, so there are two
tongues for three languages. As in texts, `CODE_MASK` keeps the place of a code until it is spoken,
slowly and digit by digit.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Literal

from messages.catalogue import CHECK, CODE, VARIABLE, Catalogue, CatalogueError, catalogue
from messages.render import CODE_MASK

Tongue = Literal["hi", "en"]
TONGUES: tuple[Tongue, ...] = ("en", "hi")
OVER = "over"  # said in the place of a code that died while the telephone rang
_DIGITS = "0123456789"
_CODE = re.compile(r"[0-9]{4,8}", re.ASCII)
_TIMES = 2  # how often a code is said
_FOLDER = Path(__file__).parent / "speech"


@dataclass(frozen=True)
class Sentence:
    """A sentence. `pieces` are said one after the other; a slow one has a pause after each."""

    pieces: tuple[str, ...] = field(repr=False)
    pace: Literal["plain", "slow"] = "plain"


@dataclass(frozen=True)
class Speech:
    """All that is said in one call. It may contain a code, so it has no repr."""

    tongue: Tongue
    sentences: tuple[Sentence, ...] = field(repr=False)

    @property
    def lines(self) -> tuple[str, ...]:
        """The sentences as they would be written."""
        return tuple(", ".join(each.pieces).replace(":, ", ": ") for each in self.sentences)


@dataclass(frozen=True)
class Spoken:
    """Everything that can be said, by tongue."""

    texts: Mapping[Tongue, Mapping[str, tuple[str, ...]]]
    digits: Mapping[Tongue, tuple[str, ...]]
    over: Mapping[Tongue, tuple[str, ...]]

    def has(self, template: str) -> bool:
        """Tell whether `template` can be said in every tongue."""
        return all(template in texts for texts in self.texts.values())


def read(folder: Path = _FOLDER) -> Spoken:
    """Return the words in `folder`. Raise `CatalogueError`, naming the file, for anything else."""
    files = {tongue: _toml(folder / f"{tongue}.toml") for tongue in TONGUES}
    try:
        return Spoken(
            texts={
                tongue: {name: tuple(lines) for name, lines in entries["texts"].items()}
                for tongue, entries in files.items()
            },
            digits={
                tongue: tuple(entries["digits"][digit] for digit in _DIGITS)
                for tongue, entries in files.items()
            },
            over={tongue: tuple(entries[OVER]) for tongue, entries in files.items()},
        )
    except (KeyError, AttributeError, TypeError) as error:
        raise CatalogueError(f"speech: {error} is missing or of the wrong shape") from error


@cache
def speech() -> Spoken:
    """Return the words of this service, read once."""
    return read()


def tongue_of(language: str) -> Tongue:
    """Return the tongue for a person who is written to in `language`."""
    return "en" if language == "en" else "hi"


def render(template: str, language: str, values: Mapping[str, int | str]) -> str:
    """Return what is said as it is stored: one sentence a line, `CODE_MASK` in the place of a code.

    Raise `CatalogueError` for a text without words, and for a value that is missing or not of its
    kind.
    """
    tongue = tongue_of(language)
    # The three digits of the slip are only written: who hears them cannot look again at the door.
    words = catalogue().words_of(template, {n: v for n, v in values.items() if n != CHECK})
    lines = speech().texts[tongue].get(words)
    if lines is None:
        raise CatalogueError(f"template {template} has no spoken words")
    kinds = {each.name: each.kind for each in catalogue().template(template).variables}

    def said(match: re.Match[str]) -> str:
        name = match[1]
        if name == CODE:
            return CODE_MASK
        if name not in values or name not in kinds or not kinds[name].admits(values[name]):
            raise CatalogueError(f"template {template}: {name} is missing or of the wrong kind")
        value = str(values[name])
        return ", ".join(_spelled(value, tongue)) if name == "digits" else value

    return "\n".join(VARIABLE.sub(said, line) for line in lines)


def spoken(body: str, language: str, code: str | None) -> Speech:
    """Return the words of a stored `body`, with the code in its place.

    Raise ValueError, without the code in it, if a code is missing, not wanted, or not one.
    """
    tongue = tongue_of(language)
    if (CODE_MASK in body) != (code is not None):
        raise ValueError("a code is said exactly where the words have a place for one")
    if code is not None and _CODE.fullmatch(code) is None:
        raise ValueError("a code is 4 to 8 digits")
    return Speech(tongue, tuple(_sentence(line, tongue, code) for line in body.split("\n")))


def last_words(language: str) -> Speech:
    """Return what is said if a call is answered after its code died."""
    tongue = tongue_of(language)
    return Speech(tongue, tuple(Sentence((line,)) for line in speech().over[tongue]))


def check(words: Spoken, texts: Catalogue) -> tuple[str, ...]:
    """Return a sentence for each problem of the words."""
    return tuple(_problems(words, texts))


def _sentence(line: str, tongue: Tongue, code: str | None) -> Sentence:
    if code is None or CODE_MASK not in line:
        return Sentence((line,))
    before, _, after = (part.strip() for part in line.partition(CODE_MASK))
    pieces = (before, *_spelled(code, tongue), after)
    return Sentence(tuple(piece for piece in pieces if piece), "slow")


def _spelled(digits: str, tongue: Tongue) -> tuple[str, ...]:
    return tuple(speech().digits[tongue][int(digit)] for digit in digits)


def _problems(words: Spoken, texts: Catalogue) -> Iterator[str]:
    names = {name for spoken_texts in words.texts.values() for name in spoken_texts}
    for tongue, spoken_texts in words.texts.items():
        for name in sorted(names):
            where = f"speech {name}, {tongue}"
            if name not in texts.templates:
                yield f"{where}: templates.toml does not know it"
            elif name not in spoken_texts:
                yield f"{where}: the words are missing"
            else:
                for problem in _text(name, tongue, spoken_texts[name], texts):
                    yield f"{where}: {problem}"


def _text(name: str, tongue: Tongue, lines: tuple[str, ...], texts: Catalogue) -> Iterator[str]:
    known = {variable.name for variable in texts.template(name).variables}
    used = [variable for line in lines for variable in VARIABLE.findall(line)]
    if set(used) != known:
        yield f"its variables are {sorted(set(used))}; templates.toml says {sorted(known)}"
    if CODE in known and used.count(CODE) != _TIMES:
        yield f"the code is said {used.count(CODE)} times, not {_TIMES}"
    if any(VARIABLE.findall(line).count(CODE) > 1 for line in lines):
        yield "a sentence says the code twice"
    if texts.warning(name, tongue) not in lines:
        yield "the warning is no sentence of it"
    if any("\n" in line or not line.strip() for line in lines):
        yield "a sentence is empty or has a line break"


def _toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise CatalogueError(f"speech/{path.name}: {error}") from error
    except OSError as error:
        raise CatalogueError(f"speech/{path.name}: {error.strerror}") from error
