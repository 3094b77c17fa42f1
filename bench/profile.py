"""Where the time goes: flame graphs of web and worker, and the dearest statements of PostgreSQL.

    ./script/bench profile [--requests N]

Postmen approach, then hand over, through the signed hook of two web processes; then one worker
sends what they caused to a carrier that answers after 50 ms. Each phase has a flame graph
(py-spy, SVG) and its statements, with the times that PostgreSQL logs for them.
"""

from __future__ import annotations

import argparse
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from bench import books, report, texts
from bench.inbound import PreparedRequests, serve
from bench.report import Line
from bench.rig import (
    LOCAL,
    MeasureFailed,
    Rig,
    await_port,
    await_that,
    free_port,
    refuse_surroundings,
    rig,
)
from bench.statements import LOGGING, Statement, StatementLog
from outbox.wake import wake
from runtime import Runtime

_RESULTS: Final = Path(__file__).with_name("results")
_ANSWER_SECONDS: Final = 0.05
_SAMPLES: Final = 250  # a second
_DEAREST: Final = 10
_WARM_UP: Final = 200
_POSTMEN: Final = 250  # of 50 offices: fewer would wait for each other's conversations
_SENT_SECONDS: Final = 300
_FREE: Final = 1_000_000.0
_LONGEST: Final = 110  # letters of a statement in the table


@dataclass(frozen=True)
class Phase:
    """One phase: its flame graph, and its statements, the dearest first."""

    name: str
    unit: str
    units: int
    graph: Path
    statements: list[Statement]


def measure(requests: int, directory: Path) -> list[Phase]:
    """Profile all phases; the flame graphs go to `directory`. Raises `MeasureFailed`."""
    carrier_port = free_port()
    with rig(
        LOGGING,
        TWILIO_API_URL=f"http://{LOCAL}:{carrier_port}",
        TWILIO_RATE=_FREE,
        prefix_hourly_limit=round(_FREE),
        receipt_seconds=3_600,
        delivery_day_end="23:59",
    ) as made:
        command = [sys.executable, "-m", "bench.carrier", str(carrier_port), str(_ANSWER_SECONDS)]
        await_port(carrier_port, made.start("carrier", command))
        runtime = made.runtime()
        log = StatementLog(made.directory)
        phases = _taken(made, runtime, log, requests, directory)
        phases.append(_sent(made, runtime, log, directory))
        runtime.database.close()
    return phases


def _taken(
    made: Rig, runtime: Runtime, log: StatementLog, requests: int, directory: Path
) -> list[Phase]:
    every = requests + _WARM_UP
    postmen = max(_POSTMEN, -(-every // books.LIST_LENGTH))
    doors = books.fill(made.settings, postmen * books.LIST_LENGTH, datetime.now(UTC))[:every]
    with runtime.database.transaction() as conn:
        books.without_codes(conn)
    account = texts.Account.of(made.settings)
    # The first codes of the approaches are those that the books were filled with.
    said = [(door.postman_phone, str(door.serial)) for door in doors]
    said += [(door.postman_phone, f"{door.serial} {door.code}") for door in doors]
    prepared = PreparedRequests(made, made.directory / "requests", len(said))
    texts.keep(prepared.path, texts.signed(account, said))
    web = serve(made)
    phases = []
    for name, unit in (("approaches", "approach"), ("handovers", "handover")):
        prepared.run(web, _WARM_UP)
        log.phase(1)
        graph = directory / f"web-{name}.svg"
        with _sampled(web.process.pid, graph):
            prepared.run(web, requests)
        phases.append(Phase(f"web, {name}", unit, requests, graph, log.phase(requests)))
    return phases


def _sent(made: Rig, runtime: Runtime, log: StatementLog, directory: Path) -> Phase:
    waiting = _waiting(runtime)
    worker = made.start("worker", [sys.executable, "worker.py"])
    made.start("clock", [sys.executable, "worker.py", "clock"])
    wake(runtime.redis)
    await_that(lambda: _waiting(runtime) < waiting, "the first message is sent")
    log.phase(1)
    left = _waiting(runtime)
    graph = directory / "worker-sending.svg"
    with _sampled(worker.pid, graph):
        await_that(lambda: not _waiting(runtime), "all is sent", _SENT_SECONDS)
    return Phase("worker, sending", "message", left, graph, log.phase(left))


def _waiting(runtime: Runtime) -> int:
    with runtime.database.transaction() as conn:
        row = conn.execute(
            "/* bench */ SELECT count(*) FROM messages WHERE status = 'queued'"
        ).fetchone()
    assert row is not None
    return int(row[0])


@contextmanager
def _sampled(pid: int, graph: Path) -> Iterator[None]:
    """Sample a process and its children; write a flame graph at the end."""
    command = [
        str(Path(sys.executable).with_name("py-spy")), "record", "--pid", str(pid),
        "--subprocesses", "--nonblocking", "--rate", str(_SAMPLES), "--format", "flamegraph",
        "--output", str(graph),
    ]  # fmt: skip
    sampler = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    try:
        yield
    finally:
        sampler.send_signal(signal.SIGINT)
        said, _ = sampler.communicate()
    if not graph.exists():
        raise MeasureFailed(f"py-spy wrote no flame graph: {said[-1500:]}")


def _lines(phases: Sequence[Phase]) -> list[Line]:
    lines = []
    for phase in phases:
        whole = sum(each.milliseconds for each in phase.statements)
        calls = sum(each.calls for each in phase.statements)
        lines.append(
            Line(
                f"{phase.name}: all of one {phase.unit}",
                f"{calls:.1f} calls, {whole:.2f} ms",
            )
        )
        lines += [
            Line(
                _short(each.text),
                f"{each.calls:.2f} × {each.mean:.3f} ms = {each.milliseconds:.2f} ms,"
                f" {100 * each.share:.0f} %",
            )
            for each in phase.statements[:_DEAREST]
        ]
    return lines


def _short(text: str) -> str:
    """Return a statement as a cell of a table holds it."""
    cell = text.replace("|", "\\|")
    return f"`{cell[:_LONGEST]} …`" if len(cell) > _LONGEST else f"`{cell}`"


def main(arguments: list[str]) -> int:
    """Return 0 where it was profiled."""
    parser = argparse.ArgumentParser(prog="./script/bench profile", description=__doc__)
    parser.add_argument("--requests", type=int, default=1_500, help="of each kind; default: 1500")
    chosen = parser.parse_args(arguments)
    refuse_surroundings()
    on = report.machine()
    print(report.describe(on), flush=True)
    directory = _RESULTS / f"profile-{on.at.replace(':', '').replace('+0000', 'Z')}"
    directory.mkdir(parents=True)
    try:
        phases = measure(chosen.requests, directory)
    except MeasureFailed as failure:
        print(f"it could not be profiled: {failure}", file=sys.stderr)
        return 1
    lines = _lines(phases)
    raw = [
        {"name": each.name, "units": each.units, "statements": [asdict(s) for s in each.statements]}
        for each in phases
    ]
    command = " ".join(["./script/bench profile", *arguments])
    path = report.write(_RESULTS, on, command, lines, raw)
    print(f"\n{report.table(lines)}\n\nWritten to {path.relative_to(Path.cwd())}, flame graphs to")
    for phase in phases:
        print(f"  {phase.graph.relative_to(Path.cwd())}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
