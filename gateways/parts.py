"""Parts of long texts, where a carrier passes on what the telephone wrote on each (3GPP TS 23.040).

A long text travels in parts. Most carriers join them; others deliver each, with the fields of the
User Data Header: a reference that all parts share, how many there are, and which this is.
"""

from __future__ import annotations

import re
from typing import Final

from gateways.base import TextPart
from gateways.storable import identifier

MOST_PARTS: Final = 255
WRONG_PART: Final = "it is a part of a text, and the carrier does not say which"
_BYTE_REF, _WORD_REF = 0x00, 0x08  # the elements of a header that number the parts
_HEX: Final = re.compile(r"(?:[0-9A-Fa-f]{2})+", re.ASCII)
_NUMBER: Final = re.compile(r"0*[0-9]{1,3}", re.ASCII)


class WrongPart(ValueError):
    """The carrier says that a text is a part, and not which."""


def numbered(ref: str | None, number: str | None, total: str | None) -> TextPart | None:
    """Return the part that three fields of a carrier describe; None where they say nothing.

    Raises `WrongPart` where they contradict each other.
    """
    if not (ref or number or total):
        return None
    if not (number and total and _NUMBER.fullmatch(number) and _NUMBER.fullmatch(total)):
        raise WrongPart
    return _part(ref or "", int(number), int(total))


def of_header(udh: str | None) -> TextPart | None:
    """Return the part that a User Data Header in hexadecimal describes; None where it is of none.

    Raises `WrongPart` where it is no header, or numbers wrongly.
    """
    bare = re.sub(r"[\s:%]", "", udh or "")
    if not bare:
        return None
    if not _HEX.fullmatch(bare):
        raise WrongPart
    octets = bytes.fromhex(bare)
    at, end = 1, min(len(octets), octets[0] + 1)
    while at + 1 < end:
        element, size = octets[at], octets[at + 1]
        data = octets[at + 2 : at + 2 + size]
        if element == _BYTE_REF and len(data) == 3:
            return _part(f"{data[0]}", data[2], data[1])
        if element == _WORD_REF and len(data) == 4:
            return _part(f"{data[0] << 8 | data[1]}", data[3], data[2])
        at += 2 + size
    return None


def _part(ref: str, number: int, total: int) -> TextPart | None:
    if not 1 <= number <= total <= MOST_PARTS:
        raise WrongPart
    return TextPart(identifier(ref) or "", number, total)
