"""A file of articles says by when they are due, how many pieces they have, and their DIGIPIN."""

from __future__ import annotations

import pytest
from flask import Flask

from runtime import Runtime
from tests.rigs.clock import Clock
from tests.rigs.counter import office
from tests.rigs.desk import Colleague, sign_in
from tests.rigs.imports import HEADER, row, started, text, uploaded, work

MORE = [*HEADER, "promise hours", "due by", "pieces", "digipin"]


@pytest.fixture
def clerk(app: Flask, runtime: Runtime) -> Colleague:
    office(runtime)
    return sign_in(app, runtime, "clerk")


def test_the_columns_are_read_and_booked(clerk: Colleague, runtime: Runtime) -> None:
    rows = [
        [*row(1), "24", "", "3", "39J-49L-L8T4"],
        [*row(2), "48 Speed Post", "20-08-2026", "", ""],
        [*row(3), "", "", "", ""],
    ]
    found = uploaded(clerk, text(rows, MORE).encode())
    assert (found.state, found.bad) == ("checked", 0)
    started(clerk, found)
    work(runtime)
    with runtime.database.transaction() as conn:
        booked = conn.execute(
            "SELECT promise, due_by::text, pieces, digipin FROM articles ORDER BY number"
        ).fetchall()
    assert booked == [
        (24, "2026-08-15", 3, "39J49LL8T4"),
        (48, "2026-08-20", 1, None),
        (None, None, 1, None),
    ]


def test_what_is_wrong_is_said_at_its_column(clerk: Colleague, runtime: Runtime) -> None:
    found = uploaded(clerk, text([[*row(1), "36", "kal", "0", "1AB"]], MORE).encode())
    assert (found.bad, found.good) == (1, 0)
    with runtime.database.transaction() as conn:
        said = conn.execute("SELECT faults::text FROM import_rows").fetchone()
    assert said is not None
    for reason in ("promise", "date", "pieces", "digipin"):
        assert reason in said[0]


def test_what_cannot_be_promised_is_said_until_it_is_booked(
    clerk: Colleague, runtime: Runtime, clock: Clock
) -> None:
    registered = [*row(2), "48", "", "", ""]
    registered[HEADER.index("service")] = "registered"
    rows = [[*row(1), "", "13-08-2026", "", ""], registered, [*row(3), "", "14-08-2026", "", ""]]
    found = uploaded(clerk, text(rows, MORE).encode())
    assert (found.bad, found.good) == (2, 1)
    clerk.post(f"/office/imports/{found.id}/start", left_out="2")
    clock.advance(days=1)  # it was good when it was checked
    work(runtime)
    with runtime.database.transaction() as conn:
        said = conn.execute("SELECT faults::text FROM import_rows ORDER BY line").fetchall()
        assert conn.execute("SELECT count(*) FROM articles").fetchone() == (0,)
    for (fault,), reason in zip(said, ("due_over", "promise_service", "due_over"), strict=True):
        assert reason in fault
