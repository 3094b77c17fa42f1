"""The rules of `rules.toml`: patterns of notions, found in the sentences of a normal form. Pure."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

_FILE: Final = Path(__file__).with_name("rules.toml")
_GAPS: Final = {"..": 3, "...": 8}
_ANY: Final = r"[^ ]+ "


@dataclass(frozen=True)
class Term:
    """A row of notions. `needs`: of each of these sets one notion must be there at all."""

    found: re.Pattern[str] | None  # None: one notion alone, which `needs` decides
    needs: tuple[frozenset[str], ...]

    def is_in(self, clause: str, notions: frozenset[str]) -> bool:
        """Tell whether a sentence has this row; it begins and ends with a blank."""
        if not all(notions & each for each in self.needs):
            return False
        return self.found is None or self.found.search(clause) is not None


@dataclass(frozen=True)
class Pattern:
    """Terms that a sentence must have, and must not have."""

    written: str
    has: tuple[Term, ...]
    lacks: tuple[Term, ...]

    def fits(self, clause: str, notions: frozenset[str]) -> bool:
        """Tell whether a sentence is like this."""
        return all(term.is_in(clause, notions) for term in self.has) and not any(
            term.is_in(clause, notions) for term in self.lacks
        )


@dataclass(frozen=True)
class WishRule:
    """What is wished where one of the patterns fits and no exception does."""

    wish: str
    name: str
    when: tuple[Pattern, ...]
    unless: tuple[Pattern, ...]
    role: str

    def why(self, clauses: list[tuple[str, frozenset[str]]]) -> tuple[str, int] | None:
        """Return the pattern that fits and its sentence's place, or None."""
        for at, (clause, notions) in enumerate(clauses):
            for pattern in self.when:
                if pattern.fits(clause, notions):
                    excepted = any(each.fits(*any_) for each in self.unless for any_ in clauses)
                    return None if excepted else (pattern.written, at)
        return None


@cache
def rules() -> tuple[WishRule, ...]:
    """Return the rules, read once, in the order of the file."""
    table = _table()
    return tuple(_rule(entry, table["sets"]) for entry in table["rule"])


@cache
def over() -> dict[str, frozenset[str]]:
    """Return for each wish those that it contains, or says better."""
    return {kind: frozenset(line.split()) for kind, line in _table()["over"].items()}


@cache
def _table() -> dict[str, Any]:
    return tomllib.loads(_FILE.read_text(encoding="utf-8"))


def _rule(entry: dict[str, Any], sets: dict[str, str]) -> WishRule:
    return WishRule(
        entry["wish"],
        entry["name"],
        tuple(_pattern(each, sets) for each in entry["when"]),
        tuple(_pattern(each, sets) for each in entry.get("unless", ())),
        entry.get("role", ""),
    )


def _pattern(written: str, sets: dict[str, str]) -> Pattern:
    terms = [term.strip() for term in written.split("&")]
    return Pattern(
        written,
        tuple(_term(term, sets) for term in terms if not _is_negative(term)),
        tuple(_term(term[1:].strip(), sets) for term in terms if _is_negative(term)),
    )


def _is_negative(term: str) -> bool:
    return term.startswith("-")


def _term(term: str, sets: dict[str, str]) -> Term:
    parts = term.split()
    if len(parts) == 1 and parts[0] not in ("^", "$", "*"):
        return Term(None, (_notions(parts[0], sets),))
    needs = tuple(_notions(part, sets) for part in parts if part not in ("^", "$", "*", *_GAPS))
    return Term(re.compile("".join(_written(part, sets) for part in parts)), needs)


def _written(part: str, sets: dict[str, str]) -> str:
    if part == "^":
        return r"\A "
    if part == "$":
        return r"\Z"
    if part == "*":
        return rf"(?<= ){_ANY}"
    if part in _GAPS:
        return rf"(?:{_ANY}){{0,{_GAPS[part]}}}?"
    each = "|".join(map(re.escape, sorted(_notions(part, sets))))
    return rf"(?<= )(?:{each}) "


def _notions(part: str, sets: dict[str, str]) -> frozenset[str]:
    found: list[str] = []
    for each in part.split("|"):
        found += sets[each].split("|") if each in sets else [each]
    nested = [
        notion for each in found for notion in (sets[each].split("|") if each in sets else [each])
    ]
    return frozenset(nested)


def clauses(normal: str) -> list[tuple[str, frozenset[str]]]:
    """Return the sentences of a normal form, each with its notions; "?" belongs to its own."""
    return list(_clauses(normal))


def _clauses(normal: str) -> Iterator[tuple[str, frozenset[str]]]:
    for part in re.split(r"(?<=\?) | ?; ?| but ", normal):
        words = part.split()
        if words:
            yield f" {' '.join(words)} ", frozenset(words)
