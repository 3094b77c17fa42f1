"""The access log loses whole months: what is old enough, sealed and alone, and provably no more."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from flask import Flask

from runtime import Runtime
from store.database import Database
from tests.rigs import chains
from tests.rigs.chains import days_ago
from tests.rigs.clock import Clock
from tests.rigs.past_months import began_earlier

_LINES = """
INSERT INTO access_log (id, at, operator, what, day_written)
SELECT month * 1000000000000 + nextval('access_log_id_seq'),
       month_begins(month) + interval '3 days' * n, 'root', 'opened', day
FROM (VALUES (%s::bigint, %s::date)) AS given (month, day), generate_series(1, 5) AS n
RETURNING id
"""


@pytest.fixture
def past(runtime: Runtime, owner: Database, clock: Clock) -> Iterator[None]:
    """Seventeen months that are over. Ten lines in each of the first three, sealed; a text too.

    So many that the third was over 370 days ago on each day of a month, its first too.
    """
    clock.at = datetime.now(UTC)
    with began_earlier(owner.url, 17):
        with owner.transaction() as conn:
            for month in (1, 2, 3):
                for day in (days_ago(3), days_ago(2)):
                    conn.execute(_LINES, [month, day])
            conn.execute(
                "INSERT INTO messages (id, direction, status, phone, at, body)"
                " VALUES (1000000000001, 'in', 'received', '+919876500001', now(), 'ghar')"
            )
        chains.seal(runtime)
        yield


def _lines(owner: Database) -> dict[int, int]:
    with owner.transaction() as conn:
        return dict(
            conn.execute(
                "SELECT id / 1000000000000, count(*) FROM access_log GROUP BY 1 ORDER BY 1"
            ).fetchall()
        )


def _partitions(owner: Database) -> int:
    with owner.transaction() as conn:
        return len(
            conn.execute(
                "SELECT FROM pg_inherits WHERE inhparent = 'access_log'::regclass"
            ).fetchall()
        )


def _purge(app: Flask, *arguments: str) -> str:
    done = app.test_cli_runner().invoke(args=["purge", *arguments])
    assert done.exit_code == 0, done.output
    return done.output


def test_months_that_are_over_go_whole_and_the_chains_say_so(
    past: None, app: Flask, owner: Database
) -> None:
    before = _partitions(owner)
    with owner.transaction() as conn:  # one line of the third month is younger than it
        conn.execute("UPDATE access_log SET at = now() WHERE id = (SELECT max(id) FROM access_log)")
    said = _purge(app, "--persons-older-than", "370")
    assert "access log: 29" in said  # two months at once, and of the third what is older, singly
    assert list(_lines(owner)) == [3]
    assert _partitions(owner) < before - 1
    with owner.transaction() as conn:
        dropped = conn.execute(
            "SELECT row_id, rows, role, reason FROM redactions WHERE rows IS NOT NULL ORDER BY id"
        ).fetchall()
        kept = conn.execute("SELECT count(*) FROM messages").fetchone()
    assert dropped == [(n * 10**12, 10, "dakiya_purge", "purge") for n in (1, 2)]
    assert kept == (1,)
    assert "nothing was old enough" in _purge(app, "--persons-older-than", "370")


def test_what_was_dropped_verifies_and_hides_nothing_else(
    past: None, app: Flask, owner: Database
) -> None:
    _purge(app, "--persons-older-than", "370")
    verified = chains.verify(app)
    assert verified.exit_code == 0, verified.output
    assert "access_log: 0 rows, 30 removed whole" in verified.output
    assert "removed: access_log, 30 rows" in verified.output
    with owner.transaction() as conn:  # somebody says that a month had one line less
        conn.execute("UPDATE redactions SET rows = rows - 1 WHERE row_id = 2000000000000")
    found = chains.verify(app).output
    assert "access_log id 2000000000000" in found
    assert "a month of 9 rows was dropped, others are missing" in found


def test_a_month_stays_of_which_a_day_is_in_no_seal(
    past: None, app: Flask, owner: Database
) -> None:
    with owner.transaction() as conn:
        conn.execute(_LINES, [1, days_ago(0)])
    _purge(app, "--persons-older-than", "370")
    with owner.transaction() as conn:
        months = conn.execute(
            "SELECT row_id FROM redactions WHERE rows IS NOT NULL ORDER BY 1"
        ).fetchall()
    assert months == [(2 * 10**12,), (3 * 10**12,)]


def test_a_month_that_is_read_just_now_goes_with_the_next_purge(
    past: None, app: Flask, owner: Database
) -> None:
    with owner.transaction() as reader:
        reader.execute("SELECT count(*) FROM access_log")
        before = _partitions(owner)
        _purge(app, "--persons-older-than", "370")
        assert _partitions(owner) == before
    _purge(app, "--persons-older-than", "370")
    assert _lines(owner) == {}
