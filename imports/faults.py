"""Faults of a file or a row: a reason that has a word in every language of the pages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

Refusal = Literal[
    "empty",
    "no_rows",
    "workbook",
    "no_text",
    "encoding",
    "columns_missing",
    "column_twice",
    "quote_open",
    "cell_too_long",
    "too_many_rows",
    "broke",
]
Reason = Literal[
    "missing",
    "cells_too_few",
    "cells_too_many",
    "quotes",
    "letters_lost",
    "letters_mixed",
    "control",
    "line_break",
    "too_long",
    "formula",
    "scientific",
    "number",
    "phone",
    "phone_needed",
    "phone_same",
    "pin",
    "service",
    "yes_no",
    "language",
    "amount",
    "amount_high",
    "weight",
    "date",
    "promise",
    "promise_service",
    "due_over",
    "pieces",
    "digipin",
    "not_today",
    "staff_id",
    "postman",
    "twice",
    "taken",
    "at_counter",
    "not_listable",
    "broke",
]
REFUSALS: tuple[Refusal, ...] = get_args(Refusal)
REASONS: tuple[Reason, ...] = get_args(Reason)


@dataclass(frozen=True)
class Fault:
    """The reason why a row cannot be taken. `column` is the field ("" for the whole row).

    `detail`: what the reason's word leaves open, such as the line of the other row; no telephone.
    """

    column: str
    reason: Reason
    detail: str = ""


class FileRefused(Exception):
    """The file as a whole cannot be read; `line` where it is known, 0 elsewhere."""

    def __init__(self, reason: Refusal, line: int = 0, detail: str = "") -> None:
        super().__init__(f"{reason} at line {line}: {detail}")
        self.reason = reason
        self.line = line
        self.detail = detail
