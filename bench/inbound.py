"""Handovers through the Twilio hook, against the bare baseline, run by run in turn."""

from __future__ import annotations

import json
import pickle
import statistics
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from bench import books, texts
from bench.load import Load
from bench.recording import RecordingDatabase, Script, Seeds
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
from conversation import inbound
from conversation.waiting import read_waiting
from gateways.base import Inbound
from runtime import Runtime
from store.keyring import FIRST

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
        """Return enough for all runs, and for latency runs at 500 a second each."""
        closed = 2 * (self.warm_up + self.runs * self.requests)
        return closed + round(2 * self.latency_seconds * 500) + books.LIST_LENGTH


@dataclass(frozen=True)
class Run:
    """One run, and the processor time of the two servers in milliseconds per request."""

    load: Load
    web_cpu: float
    postgres_cpu: float


@dataclass(frozen=True)
class Result:
    """Throughput per run in order, and latency at half of the own median."""

    statements: int
    ours: tuple[Run, ...]
    baseline: tuple[Run, ...]
    ours_at_half: Run
    baseline_at_half: Run

    @property
    def ratio(self) -> float:
        return median(self.ours) / median(self.baseline)


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
    """Measure both. Raises `MeasureFailed` also where a handover was answered and not done."""
    with rig() as made:
        runtime = made.runtime()
        doorsteps = books.fill(made.settings, plan.articles, datetime.now(UTC))
        script = _record(runtime, doorsteps.pop())
        (made.directory / "script").write_bytes(pickle.dumps(script))
        requests = PreparedRequests(made, made.directory / "requests", len(doorsteps))
        texts.write(requests.path, made.settings, doorsteps)
        environment = {"BENCH_SCRIPT": str(made.directory / "script")}
        ours = serve(made, "web", "app:create_front", {})
        baseline = serve(made, "baseline", "bench.baseline:create_front", environment)
        for web in (ours, baseline):
            requests.run(web, plan.warm_up)
        closed: dict[ServedWeb, list[Run]] = {ours: [], baseline: []}
        for _ in range(plan.runs):
            for web, runs in closed.items():
                runs.append(requests.run(web, plan.requests))
        half = {
            web: requests.run(web, round(median(runs) / 2 * plan.latency_seconds), median(runs) / 2)
            for web, runs in closed.items()
        }
        check(runtime, requests.first + 1)
        runtime.database.close()
    return Result(
        script.statements, tuple(closed[ours]), tuple(closed[baseline]), half[ours], half[baseline]
    )


def _record(runtime: Runtime, door: books.Doorstep) -> Script:
    """Hand one article over by the real runner and record the statements.

    The keys are known before, as to any process after its first handover: they are made once in the
    life of an installation, and to make them again for each request would be another measurement.
    """
    now = datetime.now(UTC)
    runtime.database.run(lambda conn: runtime.keys.root(conn, "codes", FIRST))
    database = RecordingDatabase(runtime.database.url, 1)
    database.open()
    sid = "SM" + "f" * 32
    text = Inbound("twilio", sid, door.postman_phone, f"{door.serial} {door.code}")
    inbound.receive(replace(runtime, database=database, now=lambda: now), text)
    database.close()
    return database.script(Seeds(now, door.postman_phone, sid, door.serial))


def serve(made: Rig, name: str, application: str, environment: dict[str, str]) -> ServedWeb:
    port = free_port()
    process = made.start(name, web_command(application, port), environment)
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
