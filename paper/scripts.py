"""The scripts that names are written in, and the fonts that print them.

Beside Devanagari nine fonts have the scripts of India. A letter that none of them has is spelt in
Latin letters between square brackets, and the paper says so.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Final, Literal, get_args

from india import signs

Script = Literal[
    "Latn", "Deva", "Beng", "Guru", "Gujr", "Orya", "Taml", "Telu", "Knda", "Mlym", "Arab"
]  # fmt: skip
"""ISO 15924. Latin letters are in the font of Devanagari, and Urdu is Arab."""
SCRIPTS: Final[tuple[Script, ...]] = get_args(Script)

_FOLDER: Final = Path(__file__).parent / "fonts"
_FONTS: Final[dict[Script, str]] = {
    "Latn": "NotoSansDevanagari",
    "Deva": "NotoSansDevanagari",
    "Beng": "NotoSansBengali",
    "Guru": "NotoSansGurmukhi",
    "Gujr": "NotoSansGujarati",
    "Orya": "NotoSansOriya",
    "Taml": "NotoSansTamil",
    "Telu": "NotoSansTelugu",
    "Knda": "NotoSansKannada",
    "Mlym": "NotoSansMalayalam",
    "Arab": "NotoNaskhArabic",
}
# Danda and double danda, U+0964 and U+0965, are of all Indian scripts.
_BLOCKS: Final[tuple[tuple[Script, re.Pattern[str]], ...]] = (
    ("Deva", re.compile("[\u0900-\u0963\u0966-\u097f\u1cd0-\u1cff\ua8e0-\ua8ff]")),
    ("Beng", re.compile("[\u0980-\u09ff]")),
    ("Guru", re.compile("[\u0a00-\u0a7f]")),
    ("Gujr", re.compile("[\u0a80-\u0aff]")),
    ("Orya", re.compile("[\u0b00-\u0b7f]")),
    ("Taml", re.compile("[\u0b80-\u0bff]")),
    ("Telu", re.compile("[\u0c00-\u0c7f]")),
    ("Knda", re.compile("[\u0c80-\u0cff]")),
    ("Mlym", re.compile("[\u0d00-\u0d7f]")),
    ("Arab", re.compile("[\u0600-\u06ff\u0750-\u077f\u08a0-\u08ff\ufb50-\ufdff\ufe70-\ufeff]")),
)
_NEUTRAL: Final = re.compile("[^\\w]|[0-9_]|[\u0964\u0965]", re.ASCII)
_JOINERS: Final = "\u200c\u200d"
_VIRAMA: Final = 9  # Unicode's combining class, in every script of India
_RIGHT_TO_LEFT: Final = "Arab"


@dataclass(frozen=True)
class Run:
    """A run of text in one script."""

    text: str
    script: Script

    @property
    def direction(self) -> Literal["ltr", "rtl"]:
        """Return the direction in which it is written."""
        return "rtl" if self.script == _RIGHT_TO_LEFT else "ltr"


def family(script: Script) -> str:
    """Return the name of the font of `script`."""
    return _FONTS[script]


def file(family: str, style: Literal["Regular", "Bold"]) -> Path:
    """Return the file of a font."""
    return _FOLDER / f"{family}-{style}.ttf"


@lru_cache(maxsize=8192)
def runs(text: str) -> tuple[Run, ...]:
    """Return `text` cut where the script changes; blanks, digits, signs join the run before.

    After Urdu they do so only where more of it follows: a PIN after a name stays at its right.
    """
    found: list[Run] = []
    for letter in text:
        script = _script(letter, found[-1].script if found else "Latn")
        if found and script in (None, found[-1].script):
            found[-1] = Run(found[-1].text + letter, found[-1].script)
        else:
            found.append(Run(letter, script or "Latn"))
    cut: list[Run] = []
    for part in (part for run in found for part in _without_tail(run)):
        if cut and cut[-1].script == part.script:
            cut[-1] = Run(cut[-1].text + part.text, part.script)
        else:
            cut.append(part)
    return tuple(cut)


def _script(letter: str, before: Script) -> Script | None:
    """Return the script of a letter; None: that of the run `before`."""
    if letter in _JOINERS:
        return "Deva" if before == "Latn" else None
    if _NEUTRAL.match(letter) and (letter.isascii() or not letter.isalpha()):
        block = _block(letter)
        return block or (None if ord(letter) in _letters_of(before) else "Latn")
    return _block(letter) or "Latn"


def _block(letter: str) -> Script | None:
    return next((script for script, block in _BLOCKS if block.match(letter)), None)


def _without_tail(run: Run) -> Iterator[Run]:
    if run.script != _RIGHT_TO_LEFT:
        yield run
        return
    end = max(at for at, letter in enumerate(run.text) if _block(letter)) + 1
    yield Run(run.text[:end], run.script)
    if run.text[end:]:
        yield Run(run.text[end:], "Latn")


def clusters(word: str) -> Iterator[str]:
    """Yield what may not be divided: a letter with its marks, and a virama with what follows."""
    cluster = ""
    for letter in word:
        bound = unicodedata.category(letter)[0] == "M" or letter in _JOINERS
        virama = cluster.rstrip(_JOINERS)[-1:]
        bound = bound or (virama != "" and unicodedata.combining(virama) == _VIRAMA)
        if cluster and not bound:
            yield cluster
            cluster = ""
        cluster += letter
    if cluster:
        yield cluster


# ---- letters without a font ----------------------------------------------------------------------


@lru_cache(maxsize=8192)
def printable(text: str) -> tuple[str, bool]:
    """Return `text` with what no font here has in Latin letters, `[Ivan Petrov]`, and whether any.

    Composed, without what nobody sees.
    """
    composed = unicodedata.normalize("NFC", text)
    if composed.isascii():
        return composed, False
    seen = (each for each in composed if each in _JOINERS or not signs.is_unseen(each))
    parts: list[tuple[bool, str]] = []
    for letter in seen:
        foreign = not (letter.isspace() or letter in _JOINERS) and not _has_font(letter)
        if parts and parts[-1][0] and letter == " ":
            foreign = True  # between two words; taken back below where it was after the last
        if parts and parts[-1][0] == foreign:
            parts[-1] = foreign, parts[-1][1] + letter
        else:
            parts.append((foreign, letter))
    shown = "".join(_respelt(part) if foreign else part for foreign, part in parts)
    return shown, any(foreign for foreign, _ in parts)


def _has_font(letter: str) -> bool:
    return ord(letter) in _letters_of(_block(letter) or "Latn")


def _respelt(foreign: str) -> str:
    from anyascii import anyascii  # tables of all scripts: read for the first foreign name

    spelt = " ".join(anyascii(foreign).split())
    after = foreign[len(foreign.rstrip()) :]
    return f"[{spelt}]{after}" if spelt else f"[?]{after}"


@cache
def _letters_of(script: Script) -> frozenset[int]:
    from fontTools.ttLib import TTFont

    with TTFont(file(family(script), "Regular"), lazy=True) as font:
        return frozenset(font.getBestCmap())
