"""The mask of telephones in free text, for every output: pages, paper, files, API, logs.

Whatever `india.phone.read` reads as a telephone is masked here, in every notation that it reads
(tests/india/test_masks.py makes them). More is masked than is read: landlines too.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from india import signs

HIDDEN: Final = "••••••"
SHOWN: Final = 4
"""The last digits that stay, by which people tell numbers apart."""

# Over the plain signs of a text: whatever is no letter and no digit, as the grammar of texts
# divides them (flows/grammar/text.py). A line end is no more than a blank.
_GAP: Final = r"(?:[^\w\u0900-\u0963\u0971-\u097f]|_)*"
_COUNTRY: Final = rf"9{_GAP}1{_GAP}"
_ABROAD: Final = rf"(?:\+|0{_GAP}0){_GAP}(?=[1-9])"  # +, or 00 as it is dialled
_REST: Final = rf"(?:{_GAP}[0-9]){{9}}"
# Several may begin at one place: the first that fits counts. A number begins and ends with a group
# of digits, never within one. Each is found by itself, also where two overlap.
_NUMBER: Final = re.compile(
    r"(?<![0-9])(?=("
    rf"(?:{_ABROAD})?{_COUNTRY}(?:0{_GAP})?[6-9]{_REST}(?![0-9])"
    rf"|(?:{_ABROAD}{_COUNTRY}(?:0{_GAP})?|0{_GAP})[1-9]{_REST}(?![0-9])"
    rf"|[6-9]{_REST}(?![0-9])"
    rf"|{_ABROAD}[0-9](?:{_GAP}[0-9]){{5,14}}(?![0-9])"
    r"))"
)
_DIGIT: Final = re.compile(r"[0-9]")
_FEWEST: Final = 6  # digits of the shortest number above
# A digest in hexadecimal is nobody's telephone, whatever digits it holds.
_DIGEST: Final = re.compile(r"(?<![0-9a-f])[0-9a-f]{64}(?![0-9a-f])")
# EU001234565IN: nine digits between letters, of which two noughts begin no telephone.
_ARTICLE: Final = re.compile(r"(?<![A-Z0-9])[A-Z]{2} ?\d{8} ?\d ?IN(?![A-Z0-9])", re.ASCII)
# 2026-11-30T20:18:35.987650+00:00: microseconds and zone are nobody's telephone, nor is a day.
_MOMENT: Final = re.compile(
    r"(?<![0-9])[12]\d{3}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])T(?:[01]\d|2[0-3]):[0-5]\d"
    r"(?::[0-5]\d(?:\.\d{1,6})?)?(?:Z|[+-](?:0\d|1[0-4]):[0-5]\d)(?![0-9])",
    re.ASCII,
)
_NO_TELEPHONES: Final = (_ARTICLE, _DIGEST, _MOMENT)


def veiled(text: str) -> str:
    """Return `text` with all but the last digits of the telephone numbers in it hidden."""
    if text.isascii() and len(_DIGIT.findall(text)) < _FEWEST:
        return text  # most of what a log says
    plain = signs.plain(text)
    kept: list[str] = []
    end = 0
    for first, last in _spans(plain):
        digits = [at for at in range(first, last) if plain[at].isdigit()]
        kept.append(text[end:first] + HIDDEN)
        kept.extend(text[at] for at in digits[-SHOWN:])
        end = last
    return "".join(kept) + text[end:] if kept else text


def veiled_within(value: Any) -> Any:
    """Return JSON, or what becomes JSON, with `veiled` done to every text in it, keys apart."""
    if isinstance(value, str):
        return veiled(value)
    if isinstance(value, Mapping):
        return {name: veiled_within(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [veiled_within(inner) for inner in value]
    return value


def _spans(plain: str) -> list[tuple[int, int]]:
    """Return where numbers begin and end; those that overlap are one."""
    spans: list[tuple[int, int]] = []
    kept = [each for pattern in _NO_TELEPHONES for each in pattern.finditer(plain)]
    others = {at for each in kept for at in range(*each.span())}
    for found in _NUMBER.finditer(plain):
        first, last = found.span(1)
        if first in others:
            continue
        if spans and first < spans[-1][1]:
            spans[-1] = spans[-1][0], max(last, spans[-1][1])
        else:
            spans.append((first, last))
    return spans
