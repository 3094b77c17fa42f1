"""Who of the office does something: one of the staff, or the department's software."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Doer:
    """`staff_row` or `token_id`, one of them. `known_as`: the staff id, or "api"."""

    staff_row: int | None
    token_id: int | None
    known_as: str


def by_software(token_id: int) -> Doer:
    return Doer(None, token_id, "api")
