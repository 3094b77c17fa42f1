"""The pieces of what calls say, so that somebody can record them: fixed words, digits, numbers.

A sentence is cut at its variables. A piece has a name that holds a digest of its words: where the
words change, its recording is no recording of them any more, and the carrier reads them aloud.
Who records needs no programmer: `flask --app app speech list` says which file says what.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from hashlib import sha256
from typing import Final

from messages.catalogue import VARIABLE
from messages.screens import screens
from messages.speech import (
    CallTongue,
    Tongue,
    screen_sentences,
    speech,
)

_EDGES: Final = " ,.:;।?"
_LINES: Final = "{lines}"
# Answers that are said as the dialled screen shows them, as they have no words of their own.
_VOID: Final = re.compile(r"[\s,.:;।?]*")


@dataclass(frozen=True)
class Prompt:
    """A piece to be recorded. `name`: of its file, without the ending; `used_in`: of the texts."""

    name: str
    words: str
    used_in: tuple[str, ...] = field(compare=False)


@dataclass(frozen=True)
class CutPiece:
    """A part of a sentence in its order: fixed words, or what stood in the place of a variable."""

    words: str = field(repr=False)
    fixed: bool


@cache
def prompts(tongue: CallTongue) -> tuple[Prompt, ...]:
    """Return every piece of `tongue`: of its texts, then digits, numbers, months, weekdays."""
    found: dict[str, list[str]] = {}
    first: dict[str, str] = {}
    for where, words in _pieces(_source(tongue)):
        words = in_tongue(words, tongue)
        found.setdefault(words, []).append(where.rpartition("-")[0])
        first.setdefault(words, where)
    return tuple(
        Prompt(_name(first[words], words), words, tuple(dict.fromkeys(used)))
        for words, used in found.items()
    )


@cache
def by_words(tongue: CallTongue) -> Mapping[str, Prompt]:
    """Return the pieces of `tongue` by their words."""
    return {each.words: each for each in prompts(tongue)}


def in_tongue(words: str, tongue: CallTongue) -> str:
    """Return what a piece of a sentence is in `tongue`: in Bhojpuri it may be another thing."""
    return speech().bhojpuri.get(words, words) if tongue == "bho" else words


def cut(line: str, tongue: Tongue) -> tuple[CutPiece, ...]:
    """Return the pieces of a sentence as it is said, its variables filled."""
    if line in _fixed(tongue):
        return (CutPiece(line, fixed=True),)
    for pattern in _patterns(tongue):
        match = pattern.fullmatch(line)
        if match is not None:
            return tuple(
                CutPiece(part.strip(" ,"), fixed=index % 2 == 0)
                for index, part in enumerate(match.groups())
                if _VOID.fullmatch(part) is None
            )
    return (CutPiece(line, fixed=False),)


def number(value: int, tongue: Tongue) -> tuple[str, ...]:
    """Return the words of a number from 0 to 99,999, piece by piece."""
    words = speech().numbers[tongue]
    said: list[str] = []
    for unit, name in ((1000, words.thousand), (100, words.hundred)):
        if value >= unit:
            said += [words.words[value // unit], name]
            value %= unit
    if value or not said:
        said.append(words.words[value])
    return tuple(said)


def unused_translations() -> tuple[str, ...]:
    """Return a sentence for each Hindi piece in bho.toml that no sentence has."""
    known = {words for _, words in _pieces("hi")}
    return tuple(
        f"speech bho: no Hindi piece is: {words}"
        for words in speech().bhojpuri
        if words not in known
    )


def _source(tongue: CallTongue) -> Tongue:
    return "en" if tongue == "en" else "hi"


def _name(where: str, words: str) -> str:
    return f"{where}-{sha256(words.encode()).hexdigest()[:6]}"


def _pieces(tongue: Tongue) -> Iterator[tuple[str, str]]:
    """Yield each fixed piece of `tongue` with the name of its first place."""
    for where, line in _sentences(tongue):
        for index, part in enumerate(VARIABLE.split(line)[::2]):
            if _VOID.fullmatch(part) is None:
                yield f"{where}{chr(ord('a') + index)}", part.strip(" ,")
    for digit, word in enumerate(speech().digits[tongue]):
        yield f"digit-{digit}", word
    numbers = speech().numbers[tongue]
    for value, word in enumerate(numbers.words):
        yield f"number-{value:02}", word
    yield "number-hundred", numbers.hundred
    yield "number-thousand", numbers.thousand
    for month, word in enumerate(numbers.months, 1):
        yield f"month-{month:02}", word
    for weekday, word in enumerate(numbers.weekdays, 1):
        yield f"weekday-{weekday}", word


def _sentences(tongue: Tongue) -> Iterator[tuple[str, str]]:
    """Yield every sentence that a call can say, with the name of its place."""
    words = speech()
    for name, lines in words.texts[tongue].items():
        for index, line in enumerate(lines, 1):
            yield f"{name}-{index}", line
    for index, line in enumerate(words.over[tongue], 1):
        yield f"too_late-{index}", line
    for name, lines in words.screens[tongue].items():
        for index, line in enumerate(lines, 1):
            if line != _LINES:
                yield f"key_{name}-{index}", line
    for name in SAID_AS_DIALLED:
        if name not in words.screens[tongue]:
            for index, line in enumerate(screen_sentences(screens(), name, tongue), 1):
                yield f"key_{name}-{index}", line


@cache
def _fixed(tongue: Tongue) -> frozenset[str]:
    return frozenset(line for _, line in _sentences(tongue) if VARIABLE.search(line) is None)


@cache
def _patterns(tongue: Tongue) -> tuple[re.Pattern[str], ...]:
    """Return the sentences with variables as patterns: odd groups are variables."""
    lines = dict.fromkeys(line for _, line in _sentences(tongue) if VARIABLE.search(line))
    # The longest fixed words first: of two that fit, the one that says more.
    ordered = sorted(lines, key=lambda line: len(VARIABLE.sub("", line)), reverse=True)
    return tuple(re.compile(_as_pattern(line)) for line in ordered)


def _as_pattern(line: str) -> str:
    parts = VARIABLE.split(line)
    return "".join(
        "(.+?)" if index % 2 else f"({re.escape(part)})" for index, part in enumerate(parts)
    )


# Answers of flows/calling that have no words of their own in messages/speech.
SAID_AS_DIALLED: Final = (
    "code_not_yet", "code_at_door", "code_wait", "code_locked", "no_code_needed",
    "nothing_waiting", "denied", "not_received", "fraud_noted", "fraud_heard", "nominee_agreed",
    "nominee_thanks", "code_disputed", "day_chosen", "day_not_now", "day_recalled",
    "hold_not_yet", "only_addressee",
    "ticket_opened", "language_set", "remark_contested", "refusal_denied", "objection_late",
    "move_disputed", "sender_recall_stopped",
)  # fmt: skip
