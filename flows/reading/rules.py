"""The rules of `rules.toml`: patterns of notions, found in the sentences of a normal form. Pure."""

from __future__ import annotations

import re
import tomllib
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, Final, Literal

Role = Literal["recipient", "sender"]

_FILE: Final = Path(__file__).with_name("rules.toml")
_GAPS: Final = {"..": 3, "...": 8}
_LONGEST: Final = 40  # notions of a sentence; who writes on without a full stop begins a new one
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


@dataclass(frozen=True)
class RuleBook:
    """All rules. `first`: by a notion that they need, the patterns that a sentence may fit."""

    rules: tuple[WishRule, ...]
    first: Mapping[str, tuple[tuple[int, int], ...]]  # notion → places of rule and pattern
    always: tuple[tuple[int, int], ...]  # patterns that need no notion

    def found(self, normal: str, role: str) -> dict[str, str]:
        """Return by wish the rule and pattern that fit a normal form, in the order of the file."""
        sentences = clauses(normal)
        fitting: dict[str, str] = {}
        for at, which in sorted(
            {each for _, notions in sentences for each in self._candidates(notions)}
        ):
            rule = self.rules[at]
            if rule.wish in fitting or rule.role not in ("", role):
                continue
            pattern = rule.when[which]
            if not any(pattern.fits(*each) for each in sentences):
                continue
            if any(each.fits(*sentence) for each in rule.unless for sentence in sentences):
                continue
            fitting[rule.wish] = f"{rule.name} ({pattern.written})"
        return fitting

    def _candidates(self, notions: frozenset[str]) -> Iterator[tuple[int, int]]:
        yield from self.always
        for notion in notions:
            yield from self.first.get(notion, ())


@cache
def rules() -> RuleBook:
    """Return the rules, read once."""
    book = tuple(_rule(entry, _table()["sets"]) for entry in _table()["rule"])
    often = Counter(
        notion
        for rule in book
        for pattern in rule.when
        for term in pattern.has
        for each in term.needs
        for notion in each
    )
    first: dict[str, list[tuple[int, int]]] = defaultdict(list)
    always: list[tuple[int, int]] = []
    for at, rule in enumerate(book):
        for which, pattern in enumerate(rule.when):
            needs = [each for term in pattern.has for each in term.needs]
            if not needs:
                always.append((at, which))
                continue
            for notion in min(needs, key=lambda each: sum(often[notion] for notion in each)):
                first[notion].append((at, which))
    return RuleBook(
        book, {notion: tuple(places) for notion, places in first.items()}, tuple(always)
    )


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


@lru_cache(maxsize=64)
def clauses(normal: str) -> tuple[tuple[str, frozenset[str]], ...]:
    """Return the sentences of a normal form, each with its notions; "?" belongs to its own."""
    return tuple(_clauses(normal))


def _clauses(normal: str) -> Iterator[tuple[str, frozenset[str]]]:
    for part in re.split(r"(?<=\?) | ?; ?| but ", normal):
        words = part.split()
        for at in range(0, len(words), _LONGEST):
            some = words[at : at + _LONGEST]
            yield f" {' '.join(some)} ", frozenset(some)
