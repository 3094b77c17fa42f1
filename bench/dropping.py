"""A month of the access log dropped as a whole, and another whose lines are deleted: time and log.

    ./script/bench dropping [--rows 200000]

Both as `flask purge` does it, with what it writes down of them: the one as it is, the other as it
was before (in batches, an entry for every line).
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import psycopg

from bench import report
from bench.report import Line
from bench.rig import refuse_surroundings, rig
from bench.year import begin_earlier, make_month
from postal.privacy.kept import AT_ONCE
from store.chains import redact
from store.chains.days import Days
from store.chains.redact import Removing
from store.database import Conn, Database

_MONTHS = 15
_LINES = """
INSERT INTO access_log (id, at, operator, what, phone, day_written)
SELECT %(month)s * 1000000000000::bigint + nextval('access_log_id_seq'),
       month_begins(%(month)s) + n * interval '2 seconds', 'root', 'opened',
       '+918' || lpad(n::text, 9, '0'),
       (now() AT TIME ZONE 'Asia/Kolkata')::date - 1 - n %% 28
FROM generate_series(1, %(rows)s) AS n
"""


@dataclass(frozen=True)
class Removal:
    """What one way took: seconds, and bytes of log and of the tables that stay."""

    seconds: float
    wal: int
    kept: int


def main(arguments: list[str]) -> int:
    """Return 0 once it was measured."""
    parser = argparse.ArgumentParser(prog="./script/bench dropping", description=__doc__)
    parser.add_argument("--rows", type=int, default=200_000, help="lines of a month")
    rows = parser.parse_args(arguments).rows
    refuse_surroundings()
    print(report.describe(report.machine()), flush=True)
    by = Removing("bench", "purge", datetime.now(UTC))
    before = by.at - timedelta(days=370)
    with rig() as made:
        with psycopg.connect(made.settings.owner_url, autocommit=True) as owner:
            begin_earlier(owner, _MONTHS)
            for month in (1, 2):
                make_month(owner, month)
                owner.execute(_LINES, {"month": month, "rows": rows})
            owner.execute("VACUUM ANALYZE access_log")
        runtime = made.runtime()
        days = Days(runtime.database, None, runtime.now)
        while days.due() is not None:
            days.advance()
        purging = Database(made.settings.purge_url, 1)
        purging.open()

        def drop(conn: Conn) -> int:
            gone = redact.drop_access_log_month(conn, before, by)
            assert gone is not None
            return not gone.lines  # the month of before, which is empty, goes first

        def delete(conn: Conn) -> int:
            return redact.purge_access_log(conn, before, AT_ONCE, by)

        dropped = _measured(purging, made.settings.owner_url, drop)
        deleted = _measured(purging, made.settings.owner_url, delete)
        purging.close()
        runtime.database.close()
    lines = [
        Line(
            what,
            f"{each.seconds:.2f} s, {each.wal / 2**20:.1f} MiB of log, {each.kept / 2**20:.1f} MiB"
            " left behind",
        )
        for what, each in (
            (f"a month of {rows} lines, dropped", dropped),
            (f"a month of {rows} lines, deleted by {AT_ONCE}", deleted),
        )
    ]
    print(report.table(lines))
    return 0


def _measured(database: Database, owner_url: str, step: Callable[[Conn], int]) -> Removal:
    with psycopg.connect(owner_url, autocommit=True) as owner:
        owner.execute("CHECKPOINT")
        log, size = _read(owner)
        began = time.monotonic()
        while database.run(step):
            pass
        seconds = time.monotonic() - began
        log_after, size_after = _read(owner)
    return Removal(seconds, log_after - log, size_after - size)


def _read(conn: Conn) -> tuple[int, int]:
    """Return where the log is, and what removals are kept in."""
    row = conn.execute(
        "SELECT pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0')::bigint,"
        " pg_total_relation_size('redactions') + (SELECT sum(pg_total_relation_size(relid))"
        " FROM pg_partition_tree('access_log') WHERE isleaf)::bigint"
    ).fetchone()
    assert row is not None
    return int(row[0]), int(row[1])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
