"""The line of a key in a TOML file, which Python's parser does not report."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

_TABLE: Final = re.compile(r"^\s*\[{1,2}([^\]]+)\]{1,2}\s*(?:#.*)?$")
_KEY: Final = re.compile(
    r"""^\s*((?:"[^"]*"|'[^']*'|[\w-]+)(?:\s*\.\s*(?:"[^"]*"|'[^']*'|[\w-]+))*)\s*="""
)
_PART: Final = re.compile(r"""\s*(?:"([^"]*)"|'([^']*)'|([\w-]+))\s*\.?""")


def line_of(written: str, key: Sequence[str]) -> int | None:
    """Return the line (from 1) of `key`, or of the nearest table around it; None without either.

    It serves messages to people and reads lines, not TOML: a text of several lines that looks like
    a key can mislead it.
    """
    best, line = 0, None
    table: tuple[str, ...] = ()
    for number, each in enumerate(written.splitlines(), 1):
        if header := _TABLE.match(each):
            here = table = _parts(header[1])
        elif assigned := _KEY.match(each):
            here = (*table, *_parts(assigned[1]))
        else:
            continue
        # The first line of the longest beginning of `key`.
        if best < len(here) <= len(key) and tuple(key[: len(here)]) == here:
            best, line = len(here), number
    return line


def _parts(dotted: str) -> tuple[str, ...]:
    return tuple(double or single or bare for double, single, bare in _PART.findall(dotted))
