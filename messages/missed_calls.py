"""The meaning of a missed call to each of our numbers: `MISSED_CALLS`.

+911140001001=yes, +911140001004=speak_code
"""

from __future__ import annotations

import re
from typing import Final, Literal, cast, get_args

MissedCall = Literal["yes", "not_received", "send_code", "speak_code", "menu"]

_MEANINGS: Final[tuple[str, ...]] = get_args(MissedCall)
_NUMBER: Final = re.compile(r"\+[1-9][0-9]{6,14}", re.ASCII)


def meanings(text: str) -> dict[str, MissedCall]:
    """Return the meaning of each number (E.164) in `text`. Raise ValueError for any other text."""
    found: dict[str, MissedCall] = {}
    for entry in filter(None, map(str.strip, text.split(","))):
        number, _, meaning = (part.strip() for part in entry.partition("="))
        if not _NUMBER.fullmatch(number) or meaning not in _MEANINGS:
            raise ValueError(
                f"{entry} is not number=meaning, as +911140001001=yes;"
                f" the meanings are {', '.join(_MEANINGS)}"
            )
        found[number] = cast(MissedCall, meaning)
    return found
