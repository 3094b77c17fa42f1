"""What a sprint holds, in one compressed column: packed when it is written, whole when it is read.

Event, state and context before, facts and decision are JSON without what is as usual
(flows/replay/record.py), compressed with zstd and a trained dictionary. The state after stands in
the decision. Telephones are taken out first and stand beside it, so that a person can be forgotten
in a row (store/chains/redact.py) by a role that can put nothing else in the place of what was
there. Each row names its dictionary by its number; `store/dictionaries` keeps all that ever were.

Rows of before have five columns of JSON instead, and are read by the same functions.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final, LiteralString

import orjson
import zstandard

from flows.decision import Decision
from flows.events import Event
from flows.facts import Facts
from flows.machine import Standing
from flows.replay.record import Lean
from store.trained import Codecs, Shelf, Unpackable

COLUMNS: Final[LiteralString] = (
    "s.event, s.state_before, s.facts, s.decision, s.state_after, s.kept, s.dictionary, s.phones"
)
"""What a query selects of a sprint `s` for `records`, in this order."""

_LONGEST: Final = 1 << 24  # bytes of one sprint: more is no sprint
_TELEPHONE: Final = re.compile(rb"\+[1-9][0-9]{6,14}(?![0-9])")
# Where a telephone was taken out: JSON itself never holds this sign, it escapes it.
_PLACE: Final = re.compile(rb"\x01([0-9]+);")


@dataclass(frozen=True)
class Packed:
    """A sprint as its row holds it. `phones`: those taken out of `kept`, in order, by space.

    `event_kind`, `acts` (by comma) and `about` are what SQL searches. `about`: numbers of articles,
    first that of the context before ("-": none), then those of the event and the context after.
    """

    kept: bytes
    dictionary: int
    phones: str | None
    event_kind: str
    acts: str
    about: str | None


@dataclass(frozen=True)
class Records:
    """What a sprint holds, as JSON (flows/replay/record.py)."""

    event: Mapping[str, Any]
    state_before: Mapping[str, Any]
    facts: Mapping[str, Any]
    decision: Mapping[str, Any]
    state_after: Mapping[str, Any]


def pack(event: Event, before: Standing, facts: Facts, decision: Decision) -> Packed:
    """Return what the row of a sprint holds."""
    number = _SHELF.newest()
    lean = _lean(number)
    written = orjson.dumps(
        [
            lean.encode(event),
            {
                "state": before.state,
                "context": lean.encode(before.context),
                "entered_at": before.entered_at.isoformat(),
            },
            lean.encode(facts),
            lean.encode(decision),
        ]
    )
    phones, telephones_out = without_telephones(written)
    return Packed(
        _CODECS.of(number).compressor.compress(telephones_out),
        number,
        phones,
        type(event).__name__,
        ",".join(type(act).__name__ for act in decision.acts),
        _about(
            *(getattr(each, "article", None) for each in (before.context, event, decision.context))
        ),
    )


def unpack(kept: bytes, dictionary: int, phones: str | None) -> Records:
    """Return what `pack` put into a row. Raises `Unpackable`.

    Whoever may add rows may add any: what cannot be read is said of that row, and stops nobody.
    """
    try:
        # zstandard believes what the frame says of its size, and takes so much memory at once.
        if zstandard.frame_content_size(kept) > _LONGEST:
            raise Unpackable
        written = _CODECS.of(dictionary).decompressor.decompress(kept, max_output_size=_LONGEST)
        if phones is not None:
            back = [each.encode() for each in phones.split(" ")]
            written = _PLACE.sub(lambda place: back[int(place[1])], written)
        event, before, facts, decision = _lean(dictionary).filled(orjson.loads(written))
        after = {"state": decision["state"], "context": decision["context"]}
    except (zstandard.ZstdError, ValueError, LookupError, TypeError) as damaged:
        raise Unpackable from damaged
    return Records(event, before, facts, decision, after)


def records(row: tuple[Any, ...]) -> Records:
    """Return what a sprint holds, of a row of `COLUMNS`: packed, or of before."""
    *whole, kept, dictionary, phones = row
    return Records(*whole) if kept is None else unpack(kept, dictionary, phones)


def told(kept: bytes, dictionary: int, phones: str | None) -> tuple[str, str, str | None]:
    """Return what `event_kind`, `acts` and `about` of the row must be. Raises as `unpack`."""
    found = unpack(kept, dictionary, phones)
    try:
        contexts = (found.state_before["context"], found.event, found.state_after["context"])
        acts = ",".join(act["kind"] for act in found.decision["acts"])
        return found.event["kind"], acts, _about(*(each.get("article") for each in contexts))
    except (LookupError, TypeError, AttributeError) as damaged:
        raise Unpackable from damaged


def _about(before: object, event: object, after: object) -> str | None:
    """Return `about` of what the three have as their article, if they have any."""
    first, *others = (
        each if isinstance(each, str) and each else None for each in (before, event, after)
    )
    rest = [number for number in dict.fromkeys(others) if number is not None and number != first]
    return " ".join([first or "-", *rest]) if first or rest else None


def without_telephones(written: bytes) -> tuple[str | None, bytes]:
    """Return the telephones in `written`, and the rest with their places marked."""
    places: dict[bytes, bytes] = {}

    def place(found: re.Match[bytes]) -> bytes:
        return places.setdefault(found[0], b"\x01%d;" % len(places))

    rest = _TELEPHONE.sub(place, written)
    return (b" ".join(places).decode() if places else None), rest


# ---- dictionaries --------------------------------------------------------------------------------


_SHELF: Final = Shelf(Path(__file__).parent / "dictionaries", "sprints", bare=False)
_CODECS: Final = Codecs(_SHELF)


@cache
def _lean(number: int) -> Lean:
    return Lean(orjson.loads(_SHELF.file(number, "json")))
