"""How a carrier counts a text: GSM-7 or UCS-2, and in how many segments (3GPP TS 23.038, 23.040).

GSM-7: 160 septets alone, 153 a segment; a character of the extension table takes two, which stay
together. UCS-2: 70 UTF-16 units alone, 67 a segment; what a reader sees as one letter (a surrogate
pair, a letter with its vowel signs and joiners) is not split.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

Encoding = Literal["GSM-7", "UCS-2"]

_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡"
    "ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENSION = frozenset("\f^{}\\[~]|€")
_PLAIN = _BASIC | _EXTENSION
_ALONE: dict[Encoding, int] = {"GSM-7": 160, "UCS-2": 70}
_JOINED: dict[Encoding, int] = {"GSM-7": 153, "UCS-2": 67}
_ZWJ = "\u200d"
_EXTENDERS = frozenset({"\u200c", _ZWJ})


@dataclass(frozen=True)
class Segments:
    """The size of a text. `units`: septets or UTF-16 units, `characters`: Unicode code points."""

    encoding: Encoding
    characters: int
    units: int
    segments: int


def count(text: str) -> Segments:
    """Return the size of `text`. An empty text is one segment: an SMS is sent all the same."""
    encoding = encoding_of(text)
    return Segments(encoding, len(text), _units(text, encoding), max(1, len(split(text))))


def encoding_of(text: str) -> Encoding:
    """Return GSM-7 if every character allows it; one other character decides for UCS-2."""
    return "GSM-7" if _PLAIN.issuperset(text) else "UCS-2"


def split(text: str) -> tuple[str, ...]:
    """Return the parts of `text` as the carrier sends them; the empty text has none."""
    if not text:
        return ()
    encoding = encoding_of(text)
    if _units(text, encoding) <= _ALONE[encoding]:
        return (text,)
    room = _JOINED[encoding]
    parts: list[str] = []
    part, used = "", 0
    for cluster in _clusters(text, encoding, room):
        width = _units(cluster, encoding)
        if used + width > room:
            parts.append(part)
            part, used = "", 0
        part, used = part + cluster, used + width
    return (*parts, part)


def _units(text: str, encoding: Encoding) -> int:
    """Return the sum of `_width`, counted without a Python step for each letter."""
    if encoding == "GSM-7":
        return len(text) + sum(map(text.count, _EXTENSION))
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def _width(letter: str, encoding: Encoding) -> int:
    if encoding == "GSM-7":
        return 2 if letter in _EXTENSION else 1
    return 2 if ord(letter) > 0xFFFF else 1


def _clusters(text: str, encoding: Encoding, room: int) -> Iterator[str]:
    """Yield what must not be split. Only a cluster longer than a segment is."""
    if encoding == "GSM-7":
        yield from text
        return
    cluster, width = "", 0
    for letter in text:
        stays = bool(cluster) and (_extends(letter) or cluster[-1] == _ZWJ)
        if cluster and (not stays or width + _width(letter, encoding) > room):
            yield cluster
            cluster, width = "", 0
        cluster, width = cluster + letter, width + _width(letter, encoding)
    yield cluster


def _extends(letter: str) -> bool:
    return letter in _EXTENDERS or unicodedata.category(letter) in ("Mn", "Mc", "Me")
