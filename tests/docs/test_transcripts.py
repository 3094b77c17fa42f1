"""docs/developing/transcripts.md: each road is told where it says, to a person of that language."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

from messages.catalogue import LANGUAGES, VARIABLE, Language

ROOT = Path(__file__).resolve().parent.parent.parent
PAGE = ROOT / "docs" / "developing" / "transcripts.md"

# How a line of a story shows each: a text that came, a screen, what is heard in a call.
SHOWN = {"text": "<", "dial": r"=\|?", "call": "~"}
FOLDERS = {"text": "catalogue", "dial": "screens", "call": "speech"}
COLUMNS: tuple[Language, ...] = ("en", "hi", "hi-Latn")
_NAMED = re.compile(r"`(\w+)`")
_LINK = re.compile(r"\]\(([^)]+)\)")
_BOOKED = re.compile(r"(?:to|from) (\+\d+) (hi-Latn|hi|en)\b")


@dataclass(frozen=True)
class Told:
    """A road in a language. `says`: ways to tell it, each a list of names of what is shown."""

    road: str
    by: str
    says: tuple[tuple[str, ...], ...]
    language: Language
    files: tuple[Path, ...]


def rows() -> Iterator[list[str]]:
    for line in PAGE.read_text(encoding="utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip("|").split(" | ")]
        if line.startswith("| ") and len(cells) == 6 and cells[1] in SHOWN:
            yield cells


def roads() -> Iterator[Told]:
    for road, by, says, *told in rows():
        ways = tuple(tuple(_NAMED.findall(way)) for way in says.split(" or "))
        for language, cell in zip(COLUMNS, told, strict=True):
            files = tuple((PAGE.parent / link).resolve() for link in _LINK.findall(cell))
            yield Told(road, by, ways, language, files)


@cache
def words(by: str, language: Language) -> Mapping[str, str]:
    """Return what can be shown, by its name, as one line; calls are spoken in two tongues."""
    spoken = "en" if by == "call" and language == "en" else "hi" if by == "call" else language
    path = ROOT / "messages" / FOLDERS[by] / f"{spoken}.toml"
    content = tomllib.loads(path.read_text(encoding="utf-8"))
    found: dict[str, str] = {}
    for table in (content, *(each for each in content.values() if isinstance(each, dict))):
        for name, said in table.items():
            if isinstance(said, str):
                found.setdefault(name, said.replace("\n", " / "))
            elif isinstance(said, list):
                found.setdefault(name, " / ".join(said))
    return found


def shows(path: Path, by: str, name: str, language: Language) -> bool:
    """Tell whether somebody who is written to in `language` is shown it in that story."""
    text = words(by, language)[name].replace("{first} {second}", "{word}")
    literal = [re.escape(part) for part in re.split(VARIABLE.pattern.replace("(", "(?:"), text)]
    said = re.compile(rf"(\+\d+) {SHOWN[by]} (?:.* / )?{'.+?'.join(literal)}(?: / .*)?")
    story = path.read_text(encoding="utf-8")
    people = {phone for phone, of in _BOOKED.findall(story) if of == language}
    heard = {match[1] for line in story.splitlines() if (match := said.fullmatch(line))}
    return bool(heard & people if by == "call" else heard)


ROADS = list(roads())


def test_every_road_is_told_in_every_language() -> None:
    assert len(ROADS) > 75
    assert {each.language for each in ROADS} == set(LANGUAGES)


@pytest.mark.parametrize("told", ROADS, ids=lambda told: f"{told.road}-{told.language}")
def test_a_road_is_told_where_the_page_says(told: Told) -> None:
    assert told.files
    assert all(path.is_file() for path in told.files), told.files
    found = [
        all(any(shows(path, told.by, name, told.language) for path in told.files) for name in way)
        for way in told.says
    ]
    assert any(found), f"{told.says} in {told.language}: {[path.name for path in told.files]}"
