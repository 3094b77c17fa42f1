"""What a lost slip is worth: the arithmetic of docs/developing/trust.md rule 19.

    ./script/bench slip [--items 65] [--plain 0.6] [--dark 0.1] …

Whoever finds a slip knows the three digits of each item on it, for that day. They help him at a
door without network, of an article that may be handed over so, if he is there before its addressee
is, and says a false code. Nothing here is measured: the numbers are assumptions, and may be set.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass, fields, replace
from typing import Any, Final

from flows.facts import TRIES_PER_DAY

_GUESS: Final = 1 / 1_000
_OTHER: Final = 10  # by which each assumption is made worse, in turn


@dataclass(frozen=True)
class Assumptions:
    """The numbers that decide. `postmen`, `days`: of a division and a year.

    `items`: on a list. `plain`: the share that may be handed over so. `dark`: the share of doors
    without network. `lost`: slips that a postman loses in a year. `used`: the share of lost slips
    whose finder goes to doors with it. `doors`: to which he comes before their addressee does.
    `length`: of a code. `kept`: the share of the day's texts from such doors that arrive that day.
    """

    postmen: int = 215
    days: int = 300
    items: int = 65
    plain: float = 0.6
    dark: float = 0.1
    lost: float = 0.5
    used: float = 0.01
    doors: int = 2
    length: int = 6
    kept: float = 0.95


@dataclass(frozen=True)
class Worth:
    """What follows. Shares and counts; `…_a_year`: of the division."""

    dark_doors: float  # of one list and day, at which a slip is worth anything
    by_guess: float  # the chance of a stranger without a slip, at one such door
    by_slip: float  # the same with the slip of that day
    yesterday: float  # with the slip of another day
    got: float  # articles that a finder gets with one slip, at most the doors he comes to
    a_year: float  # articles that finders get in a year
    one_in: float  # handovers, of which one goes so
    found_same_day: float  # the share of those that are a ticket the same day
    stands: float  # the chance that a false code stands in the books, over the day's tries
    dishonest_a_year: float  # false handovers of one postman who tries at every item, every day


def worth(given: Assumptions) -> Worth:
    """Return what a slip is worth under these assumptions."""
    dark_doors = given.items * given.plain * given.dark
    got = min(given.doors * given.plain * given.dark, dark_doors)
    lost = given.postmen * given.lost * given.used
    code = 10.0**-given.length
    stands = 1 - (1 - code) ** TRIES_PER_DAY
    handovers = given.postmen * given.days * given.items
    a_year = lost * got
    return Worth(
        dark_doors=dark_doors,
        by_guess=_GUESS,
        by_slip=1.0,
        yesterday=_GUESS,
        got=got,
        a_year=a_year,
        one_in=handovers / a_year if a_year else float("inf"),
        found_same_day=given.kept * (1 - stands),
        stands=stands,
        dishonest_a_year=given.items * given.plain * given.days * stands,
    )


_SAID: Final = {
    "dark_doors": "doors of a list and day at which a slip is worth anything",
    "by_guess": "chance of a stranger without a slip, at one of them",
    "by_slip": "chance with that day's slip",
    "yesterday": "chance with another day's slip",
    "got": "articles that a finder gets with one slip",
    "a_year": "articles that finders get in a year, in the division",
    "one_in": "handovers, of which one goes so",
    "found_same_day": "of those, found the same day: the code does not match",
    "stands": "chance that a false code stands in the books, five tries",
    "dishonest_a_year": "false handovers in a year of a postman who tries at every item",
}


def table(given: Assumptions) -> str:
    """Return the table, and beneath it what each assumption, ten times as bad, makes of a year."""
    found = worth(given)
    width = max(map(len, _SAID.values()))
    lines = [
        f"| {said:{width}} | {_shown(getattr(found, name)):>9} |" for name, said in _SAID.items()
    ]
    lines.append("")
    for name in ("plain", "dark", "lost", "used", "doors"):
        changed: dict[str, Any] = {name: _worse(name, getattr(given, name))}
        worse = replace(given, **changed)
        said = f"articles a year, with {name} {_shown(getattr(worse, name))}"
        lines.append(f"| {said:{width}} | {_shown(worth(worse).a_year):>9} |")
    return "\n".join(lines)


def _worse(name: str, value: float) -> float:
    most = 1 if name in ("plain", "dark", "used") else float("inf")
    worse = min(value * _OTHER, most)
    return int(worse) if name == "doors" else worse


def _shown(value: float) -> str:
    if value == int(value) and value < float("inf"):
        return f"{int(value):,}"
    return f"{value:,.0f}" if value >= 1_000 else f"{value:.3g}"


def main() -> None:
    """Print the table; each assumption is an option."""
    usual = Assumptions()
    parser = argparse.ArgumentParser(prog="./script/bench slip", description=__doc__)
    for each in fields(Assumptions):
        default = getattr(usual, each.name)
        parser.add_argument(f"--{each.name}", type=type(default), default=default)
    print(table(Assumptions(**vars(parser.parse_args()))))


if __name__ == "__main__":
    main()
