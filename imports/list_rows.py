"""A row of a file of delivery lists: which article a postman carries, in walking order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from imports import cells
from imports.cells import Bad
from imports.faults import Fault


@dataclass(frozen=True)
class ListRow:
    """The content of a row. `postman` is known where he can be read, even beside bad cells."""

    postman: str | None
    date: date | None
    number: str | None
    faults: tuple[Fault, ...]


def read(fields: Sequence[str], given: Sequence[str]) -> ListRow:
    """Read one row and name every bad cell."""
    by_field = {name: cell for name, cell in zip(fields, given, strict=True) if name}
    faults: list[Fault] = []
    postman = day = number = None
    for name, cell in by_field.items():
        if not cell.strip().removeprefix("'").strip():
            faults.append(Fault(name, "missing"))
            continue
        try:
            if name == "postman":
                postman = cells.staff_id(cell)
            elif name == "date":
                day = cells.day(cell)
            else:
                number = cells.number(cell)
        except Bad as bad:
            faults.append(Fault(name, bad.reason, bad.detail))
    return ListRow(postman, day, number, tuple(faults))
