"""The digests: what they cost a handover, and how long a million rows take to verify."""

from __future__ import annotations

import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

import psycopg
from psycopg import sql

from bench import books, texts
from bench.inbound import Plan, PreparedRequests, Run, serve
from bench.rig import HOUSE, MeasureFailed, Rig, rig
from store.chains.days import Days
from store.rights import CHAINED

_PRIVATE = ("sprints", "access_log")  # whose rows have a second digest, of what may be removed


@dataclass(frozen=True)
class Cost:
    """Handovers a second with and without digests, run by run in turn, and PostgreSQL's time."""

    chained: tuple[Run, ...]
    unchained: tuple[Run, ...]

    @property
    def ratio(self) -> float:
        return _pace(self.chained) / _pace(self.unchained)

    @property
    def postgres_ms(self) -> tuple[float, float]:
        """Return the median processor time per handover: with digests, without."""
        return (
            statistics.median(run.postgres_cpu for run in self.chained),
            statistics.median(run.postgres_cpu for run in self.unchained),
        )


def _pace(runs: Sequence[Run]) -> float:
    return statistics.median(run.load.per_second for run in runs)


def cost(plan: Plan) -> Cost:
    """Measure handovers through the Twilio hook, with the triggers of the chains on and off."""
    with rig() as made:
        doorsteps = books.fill(made.settings, plan.articles, datetime.now(UTC))
        requests = PreparedRequests(made, made.directory / "requests", len(doorsteps))
        texts.write(requests.path, made.settings, doorsteps)
        web = serve(made)
        requests.run(web, plan.warm_up)
        chained, unchained = [], []
        for _ in range(plan.runs):
            chained.append(requests.run(web, plan.requests))
            with _unchained(made):
                unchained.append(requests.run(web, plan.requests))
    return Cost(tuple(chained), tuple(unchained))


@contextmanager
def _unchained(made: Rig) -> Iterator[None]:
    """Write rows without digests, as before there were any; constants take their columns."""
    with psycopg.connect(made.settings.owner_url, autocommit=True) as conn:
        for table in CHAINED:
            for statement in (
                "ALTER TABLE {t} DISABLE TRIGGER {g}",
                "ALTER TABLE {t} ALTER day_written SET DEFAULT '2026-01-01',"
                " ALTER salt SET DEFAULT '00000000-0000-0000-0000-000000000000',"
                " ALTER digest SET DEFAULT ''",
            ):
                _alter(conn, statement, table)
        for table in _PRIVATE:
            statement = (
                "ALTER TABLE {t} ALTER private_salt SET DEFAULT"
                " '00000000-0000-0000-0000-000000000000', ALTER private_digest SET DEFAULT ''"
            )
            _alter(conn, statement, table)
        yield
        for table in CHAINED:
            _alter(conn, "ALTER TABLE {t} ENABLE ALWAYS TRIGGER {g}", table)


def _alter(conn: psycopg.Connection[tuple[object, ...]], statement: str, table: str) -> None:
    names = {"t": sql.Identifier(table), "g": sql.Identifier(f"{table}_chained")}
    conn.execute(sql.SQL(statement).format(**names))


@dataclass(frozen=True)
class Verified:
    """Seconds to seal and to verify a day of `rows`; `megabytes`: of the verifying process."""

    rows: int
    written_seconds: float
    sealed_seconds: float
    clean_seconds: float
    found_seconds: float
    megabytes: float
    said: str


def verified(rows: int) -> Verified:
    """Write a day of `rows` events, seal it, verify it, change one row, and verify it again."""
    with rig() as made:
        began = time.perf_counter()
        with psycopg.connect(made.settings.owner_url) as conn:
            conn.execute(
                "INSERT INTO events (at, kind, data, day_written)"
                " SELECT now() - interval '1 day', 'desk_acted',"
                "  jsonb_build_object('action', 'act_send_code', 'by', 'agent-' || n %% 90,"
                "  'number', 'EU' || lpad(n::text, 9, '0') || 'IN'),"
                "  (now() AT TIME ZONE 'Asia/Kolkata')::date - 1"
                " FROM generate_series(1, %s) n",
                [rows],
            )
        written = time.perf_counter() - began
        runtime = made.runtime()
        began = time.perf_counter()
        days = Days(runtime.database, None, runtime.now)
        while days.due() is not None:
            days.advance()
        sealed = time.perf_counter() - began
        runtime.database.close()
        clean, code, said = _verify(made)
        if code != 0:
            raise MeasureFailed(f"verifying what nobody changed: {said}")
        with psycopg.connect(made.settings.owner_url) as conn:
            conn.execute("UPDATE events SET kind = 'delivered' WHERE id = %s", [rows * 2 // 3])
        found, code, said = _verify(made)
        finding = next((line for line in said.splitlines() if line.startswith("events id")), "")
        if code != 1 or f"events id {rows * 2 // 3}," not in finding:
            raise MeasureFailed(f"one changed row was not found: {said}")
        most = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    return Verified(rows, written, sealed, clean, found, most, finding)


def _verify(made: Rig) -> tuple[float, int, str]:
    began = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-m", "flask", "--app", "app", "audit", "verify"],
        cwd=HOUSE,
        env=made.environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    return time.perf_counter() - began, done.returncode, done.stdout
