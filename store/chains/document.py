"""The seal of a day: the document that is published letter by letter, and its root.

The root is the SHA-256 of the document, so `sha256sum 2026-11-26.json` says it. Each names the root
of the day before: who has one root can check all days before it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from hashlib import sha256
from typing import Final, Self

FORMAT: Final = "dakiya day 1"


@dataclass(frozen=True)
class ChainOfDay:
    """One chain on one day: its rows, the first and last of their ids, the root of their tree."""

    rows: int
    first: int | None
    last: int | None
    root: str  # hexadecimal


@dataclass(frozen=True)
class DayDocument:
    """What a day's seal says. `previous`: the root of the day before in hex; empty: the first."""

    day: date
    previous: str
    chains: Mapping[str, ChainOfDay]

    def text(self) -> str:
        """Return the document as it is stored and published."""
        written = {
            "format": FORMAT,
            "day": self.day.isoformat(),
            "previous": self.previous,
            "chains": {name: asdict(chain) for name, chain in self.chains.items()},
        }
        return json.dumps(written, indent=1, sort_keys=True) + "\n"

    @classmethod
    def read(cls, text: str) -> Self:
        """Return what `text` did. Raise `ValueError` where it returned no such thing."""
        try:
            found = json.loads(text)
            if found["format"] != FORMAT:
                raise ValueError(f"the format is {found['format']!r}, not {FORMAT!r}")
            return cls(
                date.fromisoformat(found["day"]),
                found["previous"],
                {name: ChainOfDay(**chain) for name, chain in found["chains"].items()},
            )
        except (KeyError, TypeError, AttributeError) as error:
            raise ValueError(f"it is no day's document ({type(error).__name__})") from error


def root_of(text: str) -> bytes:
    return sha256(text.encode()).digest()
