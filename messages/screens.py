"""The USSD screens: short texts that a telephone shows while it is connected, and does not keep.

They are in `messages/screens/*.toml`. A screen holds 160 characters of GSM-7 or 80 UTF-16 units for
every operator (docs/developing/carriers.md): the strictest limit counts. No screen shows a code.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from messages.catalogue import LANGUAGES, VARIABLE, CatalogueError
from messages.segments import Encoding, count
from messages.values import KINDS, Kind
from messages.worded import on_screen

ROOM: Final[Mapping[Encoding, int]] = MappingProxyType({"GSM-7": 160, "UCS-2": 80})
LINES = "lines"  # the variable that takes as many lines of a list as fit
# A household's word: shown, and kept nowhere. No SMS may name them (`check.py`).
WORDS: Final = ("first", "second")
WORD_MASK: Final = "▪▪▪▪"
_IN_WORDS: Final = ("who", "comes")  # variables whose values have words: `who_1`
_OF_DIGITS: Final = ("offer",)  # screens whose lines are the last digits of articles alone
_FOLDER = Path(__file__).parent / "screens"
_CODE = re.compile(r"\{code\}")


@dataclass(frozen=True)
class Screens:
    """Everything that a screen can show. `words` are parts of lines, not screens."""

    variables: Mapping[str, tuple[str, ...]]
    texts: Mapping[str, Mapping[str, str]]  # language → screen → text
    words: Mapping[str, Mapping[str, str]]  # language → word → text

    def text(self, name: str, language: str) -> str:
        """Return the text of a screen, its variables in braces. Raise `CatalogueError`."""
        try:
            return self.texts[language][name]
        except KeyError:
            raise CatalogueError(f"no screen is called {name} in {language}") from None

    def word(self, name: str, language: str, **values: int | str) -> str:
        """Return a word for a line of a list. Raise `CatalogueError`."""
        try:
            word = self.words[language][name]
        except KeyError:
            raise CatalogueError(f"no word is called {name} in {language}") from None
        return VARIABLE.sub(lambda match: str(values[match[1]]), word)


@dataclass(frozen=True)
class ScreenRow:
    """One screen with the longest values, in the units of its encoding."""

    screen: str
    language: str
    encoding: Encoding
    units: int


def read(folder: Path = _FOLDER) -> Screens:
    """Return the screens in `folder`. Raise `CatalogueError`, naming the file, if it has none."""
    named: dict[str, tuple[str, ...]] = {}
    for name, variables in _toml(folder / "screens.toml").items():
        unknown = [v for v in variables if v not in KINDS and v != LINES]
        if unknown:
            raise CatalogueError(f"screens.toml, {name}: no variable is called {unknown[0]}")
        named[name] = tuple(variables)
    files = {language: _toml(folder / f"{language}.toml") for language in LANGUAGES}
    return Screens(
        variables=named,
        texts={language: entries.get("texts", {}) for language, entries in files.items()},
        words={language: entries.get("words", {}) for language, entries in files.items()},
    )


@cache
def screens() -> Screens:
    """Return the screens of this service, read once."""
    return read()


def render(name: str, language: str, values: Mapping[str, int | str]) -> str:
    """Return what the screen `name` shows; values that it does not name are ignored.

    Raise `CatalogueError`, without the value, if one is missing or not of its kind.
    """
    text = screens().text(name, language)
    for variable in VARIABLE.findall(text):
        kind = _kind(variable)
        if variable not in values or (kind is not None and not kind.admits(values[variable])):
            raise CatalogueError(f"screen {name}: {variable} is missing or of the wrong kind")
    return VARIABLE.sub(lambda match: _read(match[1], values[match[1]], language), text)


def _read(variable: str, value: int | str, language: str) -> str:
    """Return how a screen shows a value: its word where it has one (`who_1`), else the value."""
    word = f"{variable}_{value}"
    named = variable in _IN_WORDS and word in screens().words[language]
    return screens().word(word, language) if named else on_screen(variable, value, language)


def without_words(values: Mapping[str, int | str]) -> Mapping[str, int | str]:
    """Return the values of a screen as they may be kept: masks in the place of a word."""
    return {name: WORD_MASK if name in WORDS else value for name, value in values.items()}


def fitting(name: str, language: str, values: Mapping[str, int | str], lines: Sequence[str]) -> int:
    """Return how many of `lines`, from the first, fit into {lines} of the screen; at least one."""
    taken = 1
    while taken < len(lines):
        whole = render(name, language, {**values, LINES: "\n".join(lines[: taken + 1])})
        if not fits(whole):
            break
        taken += 1
    return taken


def fits(text: str) -> bool:
    """Tell whether every operator's screen can show `text`."""
    counted = count(text)
    return counted.units <= ROOM[counted.encoding]


def longest_line(screens: Screens, language: str, name: str) -> str:
    """Return the longest line of the list on the screen `name`.

    It is an item with its pieces, money and document, a state, or a remark.
    """
    if name in _OF_DIGITS:
        return KINDS["digits"].longest
    words = screens.words.get(language, {})
    money = VARIABLE.sub(KINDS["amount"].longest, words.get("money", ""))
    document = words.get("with_document", "")
    pieces = VARIABLE.sub(KINDS["count"].longest, words.get("piece_count", ""))
    lines = [f"{KINDS['serial'].longest} {KINDS['digits'].longest} {pieces} {money} {document}"]
    lines += [f"{KINDS['remark'].longest} {word}" for n, word in words.items() if "remark_" in n]
    lines += [
        f"{KINDS['digits'].longest} {pieces} {word}" for n, word in words.items() if "_" not in n
    ]
    return max(lines, key=lambda line: count(line).units)


def check(screens: Screens) -> tuple[tuple[ScreenRow, ...], tuple[str, ...]]:
    """Return every screen in every language with its longest values, and the problems of each."""
    rows: list[ScreenRow] = []
    problems: list[str] = []
    for language in LANGUAGES:
        texts = screens.texts[language]
        strays = sorted(set(texts) - set(screens.variables))
        problems += [f"screen {name}, {language}: screens.toml does not know it" for name in strays]
        absent = sorted(set(screens.words[LANGUAGES[0]]) ^ set(screens.words[language]))
        problems += [f"word {name}, {language}: not in every language" for name in absent]
        for name, variables in screens.variables.items():
            text = texts.get(name)
            if text is None:
                problems.append(
                    f"screen {name}, {language}: the text is missing in {language}.toml"
                )
                continue
            filled = _longest(screens, language, name, text)
            counted = count(filled)
            rows.append(ScreenRow(name, language, counted.encoding, counted.units))
            problems += [
                f"screen {name}, {language}: {problem}"
                for problem in _text(text, filled, variables, language)
            ]
    return tuple(rows), tuple(problems)


def _text(text: str, filled: str, variables: Sequence[str], language: str) -> Iterator[str]:
    counted = count(filled)
    room = ROOM[counted.encoding]
    if counted.units > room:
        yield f"{counted.units} units with the longest values, {room} at the most"
    if language != "hi" and counted.encoding != "GSM-7":
        yield "a character is outside of GSM-7"
    if sorted(VARIABLE.findall(text)) != sorted(variables):
        yield f"its variables are not {', '.join(variables) or 'none'}, as screens.toml says"
    if _CODE.search(text):
        yield "a code never stands on a screen"
    if not unicodedata.is_normalized("NFC", text):
        yield "a letter is composed in another way (not NFC)"
    if "₹" in text or any(c.isdecimal() and not c.isascii() for c in text):
        yield "digits are 0-9 and money is Rs"


def _longest(screens: Screens, language: str, name: str, text: str) -> str:
    def value(match: re.Match[str]) -> str:
        if match[1] == LINES:
            return longest_line(screens, language, name)
        kind = _kind(match[1])
        if kind is None:
            return match[0]
        words = screens.words.get(language, {}) if match[1] in _IN_WORDS else {}
        named = [word for each, word in words.items() if each.startswith(f"{match[1]}_")]
        long = (*named, on_screen(match[1], kind.longest, language))
        return max(long, key=lambda each: count(each).units)

    return VARIABLE.sub(value, text)


def _kind(variable: str) -> Kind | None:
    return KINDS.get(variable)


def _toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise CatalogueError(f"{path.parent.name}/{path.name}: {error}") from error
    except OSError as error:
        raise CatalogueError(f"{path.parent.name}/{path.name}: {error.strerror}") from error
