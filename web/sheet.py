"""Tables for other software: CSV that Excel reads and no cell of which begins a formula."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from decimal import Decimal
from typing import Final

from flask import Response

Cell = str | int | Decimal
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")


def sheet(name: str, rows: Iterable[Iterable[Cell]]) -> Response:
    """The rows as a file called `name`, to be kept. With a byte order mark, so that Excel reads
    Hindi; numbers stay numbers."""
    file = io.StringIO()
    writer = csv.writer(file)
    for row in rows:
        writer.writerow(
            f"'{cell}" if isinstance(cell, str) and cell.startswith(_FORMULA) else cell
            for cell in row
        )
    answer = Response("\ufeff" + file.getvalue(), mimetype="text/csv")
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer
