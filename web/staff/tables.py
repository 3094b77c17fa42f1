"""Tables as CSV that Excel reads and in which no cell begins a formula."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from decimal import Decimal
from typing import Final

from flask import Response

from india.masks import veiled

Cell = str | int | Decimal
BYTE_ORDER_MARK: Final = "\ufeff"  # with it Excel reads Hindi
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""Wide ones are read as the narrow ones are by Excel in East Asian languages."""


def lines(rows: Iterable[Iterable[Cell]]) -> str:
    """Return the rows as CSV. A text that would be a formula gets an apostrophe; numbers stay."""
    file = io.StringIO()
    writer = csv.writer(file)
    for row in rows:
        writer.writerow(
            f"'{cell}" if isinstance(cell, str) and cell.startswith(_FORMULA) else cell
            for cell in row
        )
    return file.getvalue()


def content(rows: Iterable[Iterable[Cell]]) -> bytes:
    """Return the rows as the bytes of a file, the telephones in their texts masked."""
    hidden = ([veiled(cell) if isinstance(cell, str) else cell for cell in row] for row in rows)
    return (BYTE_ORDER_MARK + lines(hidden)).encode()


def sheet(name: str, rows: Iterable[Iterable[Cell]]) -> Response:
    """Return the rows as a download called `name`."""
    answer = Response(content(rows), mimetype="text/csv")
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer
