"""From text to rows: separators, quotes, line ends, and the line where each row begins.

The file is read as it comes: however long it is, one row of it is in memory.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain
from typing import Final

from imports.columns import Layout, familiar, lay_out
from imports.faults import Fault, FileRefused

SEPARATORS: Final = (",", ";", "\t", "|")
MOST_ROWS: Final = 250_000
_LONGEST_LINE: Final = 100_000  # below the longest cell that the csv module reads
_SEP_LINE: Final = re.compile(r"sep=(.)", re.IGNORECASE)  # Excel's own first line
_NUL_SHOWN: Final = "\u2400"


@dataclass(frozen=True)
class FileRow:
    """One row: `line` (from 1) is where it begins. With a fault its cells may be wrong or none."""

    line: int
    cells: tuple[str, ...]
    fault: Fault | None


@dataclass(frozen=True)
class Table:
    """A file whose header was read. `rows` can be gone through once, and raises `FileRefused`."""

    separator: str
    header: tuple[str, ...]
    layout: Layout
    rows: Iterator[FileRow]


def read(text: Iterable[str]) -> Table:
    """Read the header of a file that comes in pieces. Raise `FileRefused`."""
    lines = _lines(text)
    skipped = 0
    first, given = "", ""
    for line in lines:
        if (told := _SEP_LINE.fullmatch(line.strip("\n"))) and not given:
            given = told[1]
        elif line.strip():
            first = line
            break
        skipped += 1
    if not first:
        raise FileRefused("empty")
    separator = given or max(SEPARATORS, key=lambda each: familiar(_split(first, each)))
    reader = csv.reader(
        chain([first], lines), delimiter=separator, strict=True, skipinitialspace=True
    )
    try:
        header = tuple(_stored(name) for name in next(reader))
    except csv.Error as error:
        raise FileRefused("quote_open", skipped + 1) from error
    while header and not header[-1].strip():
        header = header[:-1]
    return Table(separator, header, lay_out(header), _rows(reader, skipped, len(header)))


def _rows(reader: Iterator[list[str]], skipped: int, width: int) -> Iterator[FileRow]:
    count = 0
    while True:
        line = skipped + reader.line_num + 1  # type: ignore[attr-defined]
        try:
            cells = next(reader)
        except StopIteration:
            break
        except csv.Error as error:
            if "expected after" not in str(error):  # the quote runs to the end, or far too long
                raise FileRefused("quote_open", line) from error
            row = FileRow(line, (), Fault("", "quotes"))
        else:
            if not any(cell.strip() for cell in cells):
                continue
            row = _row(line, cells, width)
        count += 1
        if count > MOST_ROWS:
            raise FileRefused("too_many_rows", line, str(MOST_ROWS))
        yield row
    if not count:
        raise FileRefused("no_rows")


def _row(line: int, cells: list[str], width: int) -> FileRow:
    while len(cells) > width and not cells[-1].strip():
        cells.pop()
    kept = tuple(map(_stored, cells))
    detail = f"{len(cells)}/{width}"
    if len(cells) < width:
        return FileRow(line, kept, Fault("", "cells_too_few", detail))
    if len(cells) > width:
        return FileRow(line, kept, Fault("", "cells_too_many", detail))
    return FileRow(line, kept, None)


def _stored(cell: str) -> str:
    """Return the cell as PostgreSQL can keep it; the zero is refused later, where it is visible."""
    return cell.replace("\x00", _NUL_SHOWN)


def _split(line: str, separator: str) -> list[str]:
    try:
        return next(csv.reader([line], delimiter=separator, skipinitialspace=True))
    except csv.Error:
        return []


def _lines(text: Iterable[str]) -> Iterator[str]:
    """Yield lines ending in "\\n", whichever end they had; not at what Unicode calls a line."""
    held = ""
    for piece in text:
        held += piece
        # The "\n" of a "\r\n" may come with the next piece.
        whole, held = (held[:-1], "\r") if held.endswith("\r") else (held, "")
        *done, rest = whole.replace("\r\n", "\n").replace("\r", "\n").split("\n")
        held = rest + held
        yield from (line + "\n" for line in done)
        if len(held) > _LONGEST_LINE:
            raise FileRefused("cell_too_long")
    if held.strip("\r"):
        yield held.strip("\r") + "\n"
