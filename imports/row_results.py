"""Results of rows, written in one statement, and counted in the import."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from imports.faults import Fault
from imports.file_rows import RowState
from store.database import Conn


@dataclass(frozen=True)
class RowResult:
    """The present result of a row. `number` and `unit` as far as they could be read."""

    line: int
    state: RowState
    number: str | None = None
    unit: str | None = None
    faults: tuple[Fault, ...] = ()


_WRITE = """
UPDATE import_rows r SET state = v.state, number = coalesce(v.number, r.number),
    unit = coalesce(v.unit, r.unit), faults = v.faults::jsonb,
    cells = CASE WHEN v.state IN ('done', 'known') THEN '{}' ELSE r.cells END
FROM unnest(%s::integer[], %s::text[], %s::text[], %s::text[], %s::text[])
     AS v (line, state, number, unit, faults)
WHERE r.import_id = %s AND r.line = v.line
"""


def write(conn: Conn, id_: int, results: Sequence[RowResult]) -> Counter[RowState]:
    """Write the results; count them by state. Nothing personal is kept of done rows."""
    conn.execute(
        _WRITE,
        (
            [each.line for each in results],
            [each.state for each in results],
            [each.number for each in results],
            [each.unit for each in results],
            [
                json.dumps([[fault.column, fault.reason, fault.detail] for fault in each.faults])
                for each in results
            ],
            id_,
        ),
    )
    return Counter(each.state for each in results)


def count(conn: Conn, id_: int, checked: int, by_state: Counter[RowState]) -> None:
    """Add to the counts of the import, whose row is locked."""
    conn.execute(
        "UPDATE imports SET checked = checked + %s, bad = bad + %s, held = held + %s,"
        " known = known + %s, imported = imported + %s WHERE id = %s",
        (checked, by_state["bad"], by_state["held"], by_state["known"], by_state["done"], id_),
    )
