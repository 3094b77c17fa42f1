"""What a call says: sentences in `messages/speech/*.toml`, under the names of their texts.

Speech has no letters: Hindi in Devanagari and in Roman letters sound alike, so there are two
tongues for three languages, and Bhojpuri as a third that people hear and nobody is written to in.
As in texts, `CODE_MASK` keeps the place of a code until it is spoken, slowly and digit by digit.
What is recorded is played instead of read aloud (`messages/recordings.py`).
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Final, Literal, get_args

from messages.catalogue import CHECK, CODE, VARIABLE, Catalogue, CatalogueError, catalogue
from messages.render import CODE_MASK
from messages.screens import Screens, screens
from messages.values import KINDS

Tongue = Literal["hi", "en"]
TONGUES: tuple[Tongue, ...] = ("en", "hi")
# What a telephone can be called in. Bhojpuri has recordings and words beside the Hindi ones.
CallTongue = Literal["hi", "en", "bho"]
CALL_TONGUES: Final[tuple[CallTongue, ...]] = get_args(CallTongue)
OVER = "over"  # said in the place of a code that died while the telephone rang
_DIGITS = "0123456789"
_CODE = re.compile(r"[0-9]{4,8}", re.ASCII)
_TIMES = 2  # how often a code is said
_FOLDER = Path(__file__).parent / "speech"
_LINES: Final = "lines"
_MONTHS: Final = "JANFEBMARAPRMAYJUNJULAUGSEPOCTNOVDEC"
_WEEKDAYS: Final = "when"
_SPELLED: Final = ("digits", "other", "ticket")  # said digit by digit


@dataclass(frozen=True)
class Recording:
    """A file that says a piece. `path`: below PUBLIC_URL, with a digest of its content."""

    path: str
    seconds: float


@dataclass(frozen=True)
class SpokenPiece:
    """Words that are said in one go; `recording`: who recorded them is heard instead."""

    words: str = field(repr=False)
    recording: Recording | None = field(default=None, repr=False)


@dataclass(frozen=True)
class Sentence:
    """A sentence. `pieces` are said one after the other; a slow one has a pause after each."""

    pieces: tuple[SpokenPiece, ...] = field(repr=False)
    pace: Literal["plain", "slow"] = "plain"

    @property
    def words(self) -> str:
        """The sentence as it would be written."""
        return ", ".join(each.words for each in self.pieces).replace(":, ", ": ")

    @property
    def recorded(self) -> bool:
        """Tell whether all of it is heard in somebody's own voice."""
        return all(each.recording is not None for each in self.pieces)


@dataclass(frozen=True)
class Listening:
    """What is waited for after the words: up to `most` keys, for so many seconds each."""

    most: int = 1
    seconds: int = 6


@dataclass(frozen=True)
class Speech:
    """All that is said until a key is pressed, or the call ends. It may contain a code: no repr.

    `listening`: None where the call ends with its last sentence.
    """

    tongue: CallTongue
    sentences: tuple[Sentence, ...] = field(repr=False)
    listening: Listening | None = None

    @property
    def voice(self) -> Tongue:
        """The voice of a carrier that reads it aloud: none speaks Bhojpuri."""
        return "en" if self.tongue == "en" else "hi"

    @property
    def lines(self) -> tuple[str, ...]:
        """The sentences as they would be written."""
        return tuple(each.words for each in self.sentences)


@dataclass(frozen=True)
class Numbers:
    """The words of numbers: zero to ninety-nine, hundred, thousand; months, and days of a week."""

    words: tuple[str, ...]
    hundred: str
    thousand: str
    months: tuple[str, ...]
    weekdays: tuple[str, ...]  # on which post comes: Monday to Saturday


@dataclass(frozen=True)
class Spoken:
    """Everything that can be said, by tongue. `screens`: of the menus that keys answer.

    `bhojpuri`: what a piece of a Hindi sentence is in Bhojpuri, where it is another thing.
    """

    texts: Mapping[Tongue, Mapping[str, tuple[str, ...]]]
    screens: Mapping[Tongue, Mapping[str, tuple[str, ...]]]
    digits: Mapping[Tongue, tuple[str, ...]]
    numbers: Mapping[Tongue, Numbers]
    over: Mapping[Tongue, tuple[str, ...]]
    bhojpuri: Mapping[str, str]

    def has(self, template: str) -> bool:
        """Tell whether `template` can be said in every tongue."""
        return all(template in texts for texts in self.texts.values())

    def has_screen(self, name: str) -> bool:
        """Tell whether the screen `name` can be said in every tongue."""
        return all(name in texts for texts in self.screens.values())


def read(folder: Path = _FOLDER) -> Spoken:
    """Return the words in `folder`. Raise `CatalogueError`, naming the file, for anything else."""
    files = {tongue: _toml(folder / f"{tongue}.toml") for tongue in TONGUES}
    try:
        return Spoken(
            texts={tongue: _named(entries["texts"]) for tongue, entries in files.items()},
            screens={tongue: _named(entries["screens"]) for tongue, entries in files.items()},
            digits={
                tongue: tuple(entries["digits"][digit] for digit in _DIGITS)
                for tongue, entries in files.items()
            },
            numbers={tongue: _numbers(entries["numbers"]) for tongue, entries in files.items()},
            over={tongue: tuple(entries[OVER]) for tongue, entries in files.items()},
            bhojpuri=dict(_toml(folder / "bho.toml")["says"]),
        )
    except (KeyError, AttributeError, TypeError, ValueError) as error:
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
        return _value(name, values[name], tongue)

    return "\n".join(VARIABLE.sub(said, line) for line in lines)


def render_screen(
    name: str, language: str, values: Mapping[str, int | str], lines: Sequence[str] = ()
) -> str:
    """Return what a menu says, a sentence a line; `lines` take the place of {lines}.

    An answer that has no words of its own here is said as it stands on the dialled screen.
    Raise `CatalogueError` for a screen without words, and for a value that is missing or wrong.
    """
    tongue = tongue_of(language)
    words = speech().screens[tongue].get(name) or screen_sentences(screens(), name, tongue)

    def said(match: re.Match[str]) -> str:
        variable = match[1]
        kind = KINDS.get(variable)
        if variable not in values or kind is None or not kind.admits(values[variable]):
            raise CatalogueError(f"call screen {name}: {variable} is missing or of the wrong kind")
        return _value(variable, values[variable], tongue)

    filled: list[str] = []
    for line in words:
        if line == f"{{{_LINES}}}":
            filled += lines
        else:
            filled.append(VARIABLE.sub(said, line))
    return "\n".join(filled)


def screen_sentences(shown: Screens, name: str, tongue: Tongue) -> tuple[str, ...]:
    """Return the sentences of the dialled screen `name`. Raise `CatalogueError` for none."""
    text = shown.text(name, tongue)
    parts = re.split(r"(?<=[.।])\s+|\n", text)
    return tuple(part.strip() for part in parts if part.strip())


def spelled(digits: str, tongue: Tongue) -> str:
    """Return `digits` as they are said, one by one."""
    return ", ".join(_spelled(digits, tongue))


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
    return Speech(tongue, tuple(Sentence((SpokenPiece(line),)) for line in speech().over[tongue]))


def check(words: Spoken, texts: Catalogue) -> tuple[str, ...]:
    """Return a sentence for each problem of the words."""
    return tuple(_problems(words, texts))


def _value(name: str, value: int | str, tongue: Tongue) -> str:
    if name in _SPELLED:
        return ", ".join(_spelled(str(value), tongue))
    if name == _WEEKDAYS:  # 135
        names = speech().numbers[tongue].weekdays
        return ", ".join(names[int(each) - 1] for each in str(value))
    if name == "day":  # 14AUG
        text = str(value)
        month = _MONTHS.find(text[2:]) // len(text[2:])
        return f"{int(text[:2])} {speech().numbers[tongue].months[month]}" if month >= 0 else text
    return str(value)


def _sentence(line: str, tongue: Tongue, code: str | None) -> Sentence:
    if code is None or CODE_MASK not in line:
        return Sentence((SpokenPiece(line),))
    before, _, after = (part.strip() for part in line.partition(CODE_MASK))
    pieces = (before, *_spelled(code, tongue), after)
    return Sentence(tuple(SpokenPiece(piece) for piece in pieces if piece), "slow")


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
    yield from _screen_problems(words)


def _screen_problems(words: Spoken) -> Iterator[str]:
    """Yield what is wrong with the menus: each says the same in both tongues, and no code."""
    used = {
        tongue: {name: _variables(lines) for name, lines in named.items()}
        for tongue, named in words.screens.items()
    }
    for name in sorted({name for named in used.values() for name in named}):
        where = f"speech screen {name}"
        if len({frozenset(named.get(name, {"?"})) for named in used.values()}) > 1:
            yield f"{where}: the tongues have other variables, or one lacks it"
        for tongue, named in used.items():
            unknown = named.get(name, set()) - {*KINDS, _LINES}
            if unknown or CODE in named.get(name, set()):
                yield f"{where}, {tongue}: no variable is called {sorted(unknown) or CODE}"
            if any(
                "\n" in line or not line.strip() for line in words.screens[tongue].get(name, ())
            ):
                yield f"{where}, {tongue}: a sentence is empty or has a line break"


def _variables(lines: Sequence[str]) -> set[str]:
    return {variable for line in lines for variable in VARIABLE.findall(line)}


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


def _numbers(entry: Mapping[str, Any]) -> Numbers:
    words, months, weekdays = (tuple(entry[each]) for each in ("words", "months", "weekdays"))
    if (len(words), len(months), len(weekdays)) != (100, 12, 6):
        raise ValueError("numbers: 100 words, 12 months and 6 weekdays")
    return Numbers(words, entry["hundred"], entry["thousand"], months, weekdays)


def _named(entries: Mapping[str, Sequence[str]]) -> dict[str, tuple[str, ...]]:
    return {name: tuple(lines) for name, lines in entries.items()}


def _toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise CatalogueError(f"speech/{path.name}: {error}") from error
    except OSError as error:
        raise CatalogueError(f"speech/{path.name}: {error.strerror}") from error
