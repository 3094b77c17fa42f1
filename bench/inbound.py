"""Handovers through the Twilio hook: how many a second, how long each, and their processor time."""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from bench import books, texts
from bench.load import Load
from bench.rig import (
    HOUSE,
    MeasureFailed,
    Rig,
    await_port,
    cpu_seconds,
    free_port,
    rig,
    web_command,
)
from conversation.waiting import read_waiting
from runtime import Runtime

CONNECTIONS = 32


@dataclass(frozen=True)
class Plan:
    """The size of a measurement. `requests` are those of one throughput run."""

    runs: int
    requests: int
    warm_up: int
    latency_seconds: float

    @property
    def articles(self) -> int:
        """Return enough for all runs, and for a latency run at 1,000 a second."""
        closed = self.warm_up + self.runs * self.requests
        return closed + round(self.latency_seconds * 1_000) + books.LIST_LENGTH


@dataclass(frozen=True)
class Run:
    """One run, and the processor time of the two servers in milliseconds per request."""

    load: Load
    web_cpu: float
    postgres_cpu: float


@dataclass(frozen=True)
class Result:
    """The runs of the closed loop, in order, and one at half of their median."""

    runs: tuple[Run, ...]
    at_half: Run


def median(runs: Sequence[Run]) -> float:
    """Return requests a second."""
    return statistics.median(run.load.per_second for run in runs)


def median_cpu(runs: Sequence[Run]) -> tuple[float, float]:
    """Return milliseconds per request: web, PostgreSQL."""
    return (
        statistics.median(run.web_cpu for run in runs),
        statistics.median(run.postgres_cpu for run in runs),
    )


@dataclass(frozen=True)
class ServedWeb:
    """A web process and its port."""

    port: int
    process: subprocess.Popen[bytes]


@dataclass
class PreparedRequests:
    """The prepared requests, handed out once each."""

    made: Rig
    path: Path
    left: int
    first: int = 0

    def run(self, web: ServedWeb, count: int, rate: float = 0.0) -> Run:
        processes = (web.process, self.made.servers.processes["postgres"])
        before = [cpu_seconds(process) for process in processes]
        load = self._load(web.port, count, rate)
        used = [
            1000 * (cpu_seconds(process) - then) / count
            for process, then in zip(processes, before, strict=True)
        ]
        return Run(load, *used)

    def _load(self, port: int, count: int, rate: float) -> Load:
        if count > self.left:
            raise MeasureFailed(f"only {self.left} of {count} prepared requests are left")
        command = [
            sys.executable, "-m", "bench.load", str(self.path), str(self.first), str(count),
            str(port), str(CONNECTIONS), str(rate),
        ]  # fmt: skip
        self.first += count
        self.left -= count
        ended = subprocess.run(command, cwd=HOUSE, capture_output=True, text=True, check=False)
        if ended.returncode:
            raise MeasureFailed(f"the load client failed: {ended.stderr[-1500:]}")
        return Load(**json.loads(ended.stdout))


def measure(plan: Plan) -> Result:
    """Measure. Raises `MeasureFailed` also where a handover was answered and not done."""
    with rig() as made:
        runtime = made.runtime()
        doorsteps = books.fill(made.settings, plan.articles, datetime.now(UTC))
        requests = PreparedRequests(made, made.directory / "requests", len(doorsteps))
        texts.write(requests.path, made.settings, doorsteps)
        web = serve(made)
        requests.run(web, plan.warm_up)
        runs = [requests.run(web, plan.requests) for _ in range(plan.runs)]
        rate = median(runs) / 2
        at_half = requests.run(web, round(rate * plan.latency_seconds), rate)
        check(runtime, requests.first)
        runtime.database.close()
    return Result(tuple(runs), at_half)


def serve(made: Rig) -> ServedWeb:
    """Start the web process of the Procfile, and wait until it listens."""
    port = free_port()
    process = made.start("web", web_command(port))
    await_port(port, process)
    return ServedWeb(port, process)


def check(runtime: Runtime, handovers: int) -> None:
    """Insist that every request has handed over one article and queued three messages.

    Texts that had to wait for others' rows are read first: no clock runs.
    """
    while read_waiting(runtime):
        pass
    with runtime.database.transaction() as conn:
        delivered = conn.execute(
            "SELECT count(*) FROM articles WHERE state = 'delivered'"
        ).fetchone()
        queued = conn.execute("SELECT count(*) FROM messages WHERE direction = 'out'").fetchone()
    if (delivered, queued) != ((handovers,), (3 * handovers,)):
        raise MeasureFailed(
            f"{handovers} handovers: {delivered} delivered, {queued} messages queued"
        )
