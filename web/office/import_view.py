"""The rows of an import as its pages show them, with telephone numbers masked."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from imports import article_rows, list_rows
from imports.file_rows import ShownRow
from imports.register import Import
from india.masks import veiled
from india.phone import masked
from postal.articles import Language
from web import language
from web.office.room import office
from web.staff.import_words import refusal as refusal_said
from web.staff.import_words import where, why

_LONGEST_CELL: Final = 60
_PHONES: Final = ("recipient_phone", "sender_phone")
_DIGIT_AHEAD: Final = re.compile(r"\d(?=(?:\D*\d){4})")  # all digits but the last four
_SCIENTIFIC: Final = re.compile(r"[eE][+-]?\d+$", re.ASCII)


@dataclass(frozen=True)
class ShownFault:
    """One line of the table of bad rows."""

    line: int
    column: str
    why: str
    cell: str


@dataclass(frozen=True)
class ShownImportRow:
    """A good row, as it will be imported. Of a list: number and postman only."""

    line: int
    number: str
    what: str
    whom: str
    phone: str


@office.app_template_filter()
def refusal(found: Import) -> str:
    """Return why the file as a whole cannot be read."""
    return refusal_said(found, language.chosen())


@office.app_template_filter()
def phone_cell(cell: str) -> str:
    """Return a telephone as the file writes it, with its last four digits shown."""
    return _DIGIT_AHEAD.sub("•", cell)


def bad_rows_of(found: Import, rows: Sequence[ShownRow], chosen: str) -> list[ShownFault]:
    """Return each fault of each row; a row with three bad cells has three lines."""
    return [
        ShownFault(
            row.line,
            where(fault, found.kind, chosen),
            why(fault, found.kind, chosen),
            _cell(found, row, fault.column),
        )
        for row in rows
        for fault in row.faults
    ]


def first_rows(found: Import, rows: Sequence[ShownRow], default: Language) -> list[ShownImportRow]:
    if found.kind == "lists":
        lists = [(row, list_rows.read(found.columns, row.cells)) for row in rows]
        return [
            ShownImportRow(row.line, each.number or "", each.postman or "", "", "")
            for row, each in lists
        ]
    read = [(row, article_rows.read(found.columns, row.cells, default).article) for row in rows]
    return [
        ShownImportRow(
            row.line,
            article.number,
            article.service,
            veiled(f"{article.recipient_name}, {article.recipient_address}")
            + f", {article.recipient_pin}",
            masked(article.recipient_phone) if article.recipient_phone else "",
        )
        for row, article in read
        if article is not None
    ]


def minutes_left(found: Import, now: datetime) -> int | None:
    """Return the minutes until an import is done, by its pace so far; None: not known yet."""
    done, whole = found.done_of
    if found.state != "importing" or found.started_at is None or done < 100:
        return None
    seconds = (now - found.started_at).total_seconds() * (whole - done) / done
    return max(1, round(seconds / 60))


def _cell(found: Import, row: ShownRow, column: str) -> str:
    index = found.columns.index(column) if column in found.columns else -1
    if not 0 <= index < len(row.cells):
        return ""
    cell = row.cells[index][:_LONGEST_CELL]
    if column in _PHONES and not _SCIENTIFIC.search(cell):
        return phone_cell(cell)
    return cell
