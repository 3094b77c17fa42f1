"""A purge passes no row over and removes nothing early, whatever a clock said meanwhile."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from click.testing import Result
from flask import Flask

from runtime import Runtime
from store.database import Database
from tests.rigs.clock import Clock

_AHEAD = 30  # months


@pytest.fixture(autouse=True)
def _today(clock: Clock, owner: Database) -> None:
    """Let the clock show a moment of the month that the database has."""
    with owner.transaction() as conn:
        row = conn.execute("SELECT now()").fetchone()
    assert row is not None
    clock.at = row[0]


def _purge(app: Flask, *arguments: str) -> Result:
    return app.test_cli_runner().invoke(args=["purge", *arguments])


def _come(runtime: Runtime, body: str, at: datetime, months_later: int = 0) -> None:
    """Keep a text that came at that moment; the database's clock stands so many months ahead."""
    with runtime.database.transaction() as conn:
        conn.execute(
            "INSERT INTO messages (id, direction, status, phone, at, body, gateway) VALUES"
            " (first_id(clock_timestamp()) + %s::bigint * 1000000000000"
            " + nextval('messages_id_seq'), 'in', 'received', '+919876500001', %s, %s, 'x')",
            [months_later, at, body],
        )


def _words(runtime: Runtime) -> list[str]:
    with runtime.database.transaction() as conn:
        rows = conn.execute("SELECT body FROM messages WHERE body <> '' ORDER BY body").fetchall()
    return [row[0] for row in rows]


def test_what_came_while_the_clock_of_the_database_stood_ahead_passes_nothing_over(
    runtime: Runtime, app: Flask, clock: Clock
) -> None:
    """The mark stood in that month for years, and everything after it was never purged."""
    _come(runtime, "before", clock.at)
    _come(runtime, "ahead", clock.at, _AHEAD)
    clock.advance(days=91)
    assert "texts: 2" in _purge(app).output
    _come(runtime, "after", clock.at)
    clock.advance(days=89)
    assert "nothing was old enough" in _purge(app, "--after-a-pause").output
    assert _words(runtime) == ["after"]
    clock.advance(days=2)
    assert "1 rows would be purged" in _purge(app, "--dry-run").output
    assert "texts: 1" in _purge(app).output
    assert _words(runtime) == []


def test_a_text_that_says_it_came_years_later_holds_nothing_up_beyond_its_month(
    runtime: Runtime, app: Flask, clock: Clock
) -> None:
    _come(runtime, "first", clock.at)
    _come(runtime, "of the future", clock.at + timedelta(days=900))
    _come(runtime, "last", clock.at)
    clock.advance(days=91 + 31)
    assert _purge(app).exit_code == 0
    assert _words(runtime) == []


def test_what_is_young_stays_in_a_month_that_is_over(
    runtime: Runtime, app: Flask, clock: Clock
) -> None:
    """The clock of the database stood behind: the id says a month that is long over."""
    clock.advance(days=300)
    _come(runtime, "young", clock.at - timedelta(days=1))
    assert _purge(app).exit_code == 0
    assert _words(runtime) == ["young"]


def test_a_clock_that_jumped_removes_nothing(runtime: Runtime, app: Flask, clock: Clock) -> None:
    _come(runtime, "young", clock.at)
    assert _purge(app).exit_code == 0
    clock.advance(days=1000)
    refused = _purge(app)
    assert refused.exit_code == 1
    assert "is the clock right? Nothing was removed" in refused.output
    assert _words(runtime) == ["young"]
    clock.advance(days=-999)  # and back
    assert _purge(app).exit_code == 0
    assert _words(runtime) == ["young"]


def test_a_purge_after_a_pause_is_told_so(runtime: Runtime, app: Flask, clock: Clock) -> None:
    _come(runtime, "old", clock.at)
    assert _purge(app).exit_code == 0
    clock.advance(days=91)
    assert _purge(app).exit_code == 1
    assert _purge(app, "--after-a-pause").exit_code == 0
    assert _words(runtime) == []
    assert _purge(app).exit_code == 0
