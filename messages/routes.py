"""The carriers that a text may use, in order of preference: by country, language and lane.

`SMS_ROUTES` is the order for everything. `SMS_ROUTE_RULES` names exceptions, separated by `;` or
new lines. What is left of `=` says for which texts, in any order:

    +91 code hi = exotel, kannel; +91 bulk = msg91; +254 = gupshup

`+…` is how the number begins (a country, or more of it), `code`, `alarm`, `reply`, `notice`, `bulk`
a lane,
`hi`, `hi-Latn`, `en` a language; several of one kind mean any of them. The first rule that fits
counts, and only its carriers are used; a text that no rule fits uses `SMS_ROUTES`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Final

_LANES: Final = ("code", "alarm", "reply", "notice", "bulk")
_LANGUAGES: Final = ("hi", "hi-Latn", "en")
_PREFIX: Final = re.compile(r"\+[1-9][0-9]{0,14}", re.ASCII)
_PRICE: Final = re.compile(r"([a-z][a-z0-9_]*) *= *([0-9]+(?:\.[0-9]+)?)", re.ASCII)
_STAMP: Final = re.compile(r"([a-z][a-z0-9_]*) *= *(-?[0-9]{1,4})", re.ASCII)
_NAME: Final = re.compile(r"[a-z][a-z0-9_-]*", re.ASCII)


@dataclass(frozen=True)
class Rule:
    """The carriers in order, and the texts that they are for; a kind that is empty means any."""

    prefixes: tuple[str, ...]
    lanes: tuple[str, ...]
    languages: tuple[str, ...]
    gateways: tuple[str, ...]

    def fits(self, phone: str, language: str, lane: str) -> bool:
        """Tell whether a text in `language` and `lane` to `phone` (E.164) follows this rule."""
        return (
            (not self.prefixes or phone.startswith(self.prefixes))
            and (not self.lanes or lane in self.lanes)
            and (not self.languages or language in self.languages)
        )


@dataclass(frozen=True)
class Routes:
    """The rules, and the order if none fits."""

    rules: tuple[Rule, ...]
    rest: tuple[str, ...]

    def order(self, phone: str, language: str, lane: str) -> tuple[str, ...]:
        """Return the carriers for a text, the preferred one first."""
        for rule in self.rules:
            if rule.fits(phone, language, lane):
                return rule.gateways
        return self.rest

    @property
    def gateways(self) -> tuple[str, ...]:
        """Return every carrier that is named, once, in the order of naming."""
        return tuple(dict.fromkeys([*self.rest, *(n for r in self.rules for n in r.gateways)]))


def names(text: str) -> tuple[str, ...]:
    """Return names separated by commas, in order."""
    return tuple(name.strip() for name in text.split(",") if name.strip())


def prefixes(text: str) -> tuple[str, ...]:
    """Return beginnings of numbers, separated by commas: `+91, +977`. Raise ValueError."""
    found = names(text)
    for each in found:
        if not _PREFIX.fullmatch(each):
            raise ValueError(f"{each} is not the beginning of a number, as +91")
    return found


def prices(text: str) -> dict[str, Decimal]:
    """Return paise a segment by carrier, of `exotel=18.5, msg91=20`. Raise ValueError."""
    found = {}
    for entry in names(text):
        price = _PRICE.fullmatch(entry)
        if price is None:
            raise ValueError(f"{entry} is not gateway=paise, as exotel=18.5")
        found[price[1]] = Decimal(price[2])
    return found


def stamps(text: str) -> dict[str, timedelta]:
    """Return what is added to the times of texts by carrier, of `exotel=330, kannel=-60` (minutes).

    Raises ValueError.
    """
    found = {}
    for entry in names(text):
        off = _STAMP.fullmatch(entry)
        if off is None or abs(int(off[2])) >= 24 * 60:
            raise ValueError(f"{entry} is not gateway=minutes, less than a day, as exotel=330")
        found[off[1]] = timedelta(minutes=int(off[2]))
    return found


def rules(text: str) -> tuple[Rule, ...]:
    """Return the rules in `text`. Raise ValueError, naming the rule and what is wrong with it."""
    return tuple(_rule(each) for each in re.split(r"[;\n]", text) if each.strip())


def _rule(text: str) -> Rule:
    said = " ".join(text.split())
    left, equals, right = said.partition("=")
    gateways = names(right)
    if not equals or not left.strip() or not gateways:
        raise ValueError(f"{said}: a rule is written as: +91 code hi = exotel, msg91")
    if len(set(gateways)) < len(gateways):
        raise ValueError(f"{said}: a carrier is named twice")
    for name in gateways:
        if not _NAME.fullmatch(name):
            raise ValueError(f"{said}: {name} is not a carrier's name")
    words = left.split()
    for word in words:
        if word not in _LANES and word not in _LANGUAGES and not _PREFIX.fullmatch(word):
            raise ValueError(
                f"{said}: {word} is no lane ({', '.join(_LANES)}), no language"
                f" ({', '.join(_LANGUAGES)}) and not how a number begins (+91)"
            )
    return Rule(
        prefixes=tuple(word for word in words if word.startswith("+")),
        lanes=_among(words, _LANES),
        languages=_among(words, _LANGUAGES),
        gateways=gateways,
    )


def _among(words: Sequence[str], known: Sequence[str]) -> tuple[str, ...]:
    return tuple(word for word in words if word in known)
