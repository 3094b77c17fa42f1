"""The faults of an imported file or row, in words: for pages, API and commands."""

from __future__ import annotations

from collections.abc import Sequence

from imports.columns import Kind, shown
from imports.faults import Fault
from imports.file_rows import ShownRow
from imports.register import Import
from web.language import words
from web.staff.tables import BYTE_ORDER_MARK, lines


def why(fault: Fault, kind: Kind | None, language: str) -> str:
    """Return the reason of a fault, without its column."""
    detail = fault.detail
    if fault.reason == "taken":
        detail = ", ".join(shown(kind, field, language) for field in detail.split(", "))
    return words(language)[f"import_why_{fault.reason}"].format(detail=detail)


def where(fault: Fault, kind: Kind | None, language: str) -> str:
    """Return the column of a fault, as the template calls it."""
    if not fault.column:
        return words(language)["import_whole_row"]
    return shown(kind, fault.column, language)


def refusal(found: Import, language: str) -> str:
    """Return why the file as a whole cannot be read."""
    return words(language)[f"import_refusal_{found.refusal}"].format(
        detail=found.refusal_detail or "", line=found.refused_at_line or ""
    )


def bad_rows_head(found: Import, language: str) -> str:
    """Return the head of a file of bad rows, with a byte order mark so that Excel reads Hindi."""
    own = (words(language)[f"import_csv_{name}"] for name in ("line", "column", "reason"))
    return BYTE_ORDER_MARK + lines([[*found.header, *own]])


def bad_rows_part(found: Import, rows: Sequence[ShownRow], language: str) -> str:
    """Return bad rows as CSV: the file's cells, then line, columns and reasons.

    No cell begins a formula. The corrected file can be uploaded as it is.
    """
    width = len(found.header)
    return lines(
        [
            [
                *(row.cells + [""] * width)[:width],
                str(row.line),
                "; ".join(where(fault, found.kind, language) for fault in row.faults),
                "; ".join(why(fault, found.kind, language) for fault in row.faults),
            ]
            for row in rows
        ]
    )
