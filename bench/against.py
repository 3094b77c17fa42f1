"""This tree against a commit, scene by scene: the same load on both, run by run in turn."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any

from bench import against_files, checkout, texts
from bench.checkout import Checkout
from bench.load import Load
from bench.report import Line
from bench.rig import HOUSE, MeasureFailed, spent_seconds
from bench.scenes import SCENES, Scene, Stood
from bench.stands import stands_of

CONNECTIONS = 32
_FILLED = ("articles ", "codes issued")  # of the books that were there before, as well
_MOST_AT_HALF = 1_200  # requests of one run at half load


@dataclass(frozen=True)
class Plan:
    """The size of a comparison. `requests` are those of one run; `rows` of a file."""

    runs: int
    requests: int
    warm_up: int
    latency_seconds: float
    rows: int


@dataclass(frozen=True)
class Run:
    """One run, and the processor time of its servers in milliseconds per unit."""

    load: Load
    web_ms: float
    postgres_ms: float


@dataclass
class Side:
    """One of the two trees in a scene, and what was measured of it."""

    name: str
    closed: list[Run] = field(default_factory=list)
    at_half: list[Run] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)
    hash_ms: float = 0.0  # of a dial's PIN

    @property
    def units_per_second(self) -> float:
        return median(run.load.per_second for run in self.closed)

    @property
    def web_ms(self) -> float:
        return median(run.web_ms for run in self.closed)

    @property
    def postgres_ms(self) -> float:
        return median(run.postgres_ms for run in self.closed)

    @property
    def p50(self) -> float:
        return median(run.load.p50 for run in self.at_half)

    @property
    def p99s(self) -> list[float]:
        return [run.load.p99 for run in self.at_half]


def measure(commit: str, plan: Plan, names: Sequence[str]) -> tuple[list[Line], Any]:
    """Measure `names` of the scenes.

    Raises `MeasureFailed` where an answer was given and nothing done.
    """
    trees = [checkout.present(), checkout.of(commit)]
    lines: list[Line] = []
    raw: dict[str, Any] = {}
    for name in names:
        print(f"measuring {name} …", file=sys.stderr, flush=True)
        if name == "import":
            more, raw[name] = against_files.measure(trees, plan.rows, plan.runs)
        else:
            more, raw[name] = _scene(trees, SCENES[name], plan)
        lines += more
    return lines, raw


def _scene(trees: Sequence[Checkout], scene: Scene, plan: Plan) -> tuple[list[Line], Any]:
    warm_up, units = scene.units(plan.warm_up), scene.units(plan.requests)
    most_at_half = scene.units(_MOST_AT_HALF)
    every = warm_up + plan.runs * (units + most_at_half)
    with ExitStack() as stack:
        stands = stack.enter_context(stands_of(trees, scene.kind, scene.articles(every)))
        directory = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="dakiya-load-")))
        sides = [Side(tree.name) for tree in trees]
        loads = [
            Loads.of(scene, Stood.of(stand.heard(), directory / f"requests-{number}"), every)
            for number, stand in enumerate(stands)
        ]
        for load in loads:
            load.run(warm_up)
        for _ in range(plan.runs):
            for side, load in zip(sides, loads, strict=True):
                side.closed.append(load.run(units))
        for _ in range(plan.runs):
            for side, load in zip(sides, loads, strict=True):
                rate = side.units_per_second / 2
                count = min(round(rate * plan.latency_seconds / 3) * 3, most_at_half)
                side.at_half.append(load.run(count, rate))
        for side, load, stand in zip(sides, loads, stands, strict=True):
            side.counts = stand.ask("count")
            if scene.kind == "dials":
                side.hash_ms = 1000 * stand.ask("hash")
            _insist(scene, side, load.done)
    return _lines(scene, *sides), [_raw(side) for side in sides]


class Loads:
    """The requests of one tree, sent once each."""

    def __init__(self, stood: Stood) -> None:
        self._stood = stood
        self.done = 0  # units

    @classmethod
    def of(cls, scene: Scene, stood: Stood, units: int) -> Loads:
        """Return those of `scene`, written to their file."""
        texts.keep(stood.requests, scene.requests(stood, units))
        return cls(stood)

    def run(self, units: int, rate: float = 0.0) -> Run:
        """Send `units` more: as fast as they are answered, or so many a second."""
        pids = (self._stood.web, self._stood.postgres)
        before = [spent_seconds(pid) for pid in pids]
        load = self._load(self.done, units, rate)
        used = [
            1000 * (spent_seconds(pid) - then) / units
            for pid, then in zip(pids, before, strict=True)
        ]
        self.done += units
        return Run(load, *used)

    def _load(self, first: int, count: int, rate: float) -> Load:
        command = [
            sys.executable, "-m", "bench.load", str(self._stood.requests), str(first), str(count),
            str(self._stood.port), str(CONNECTIONS), str(rate),
        ]  # fmt: skip
        ended = subprocess.run(command, cwd=HOUSE, capture_output=True, text=True, check=False)
        if ended.returncode:
            logs = sorted(Path(self._stood.directory).glob("*.log"))
            tails = "\n".join(f"--- {log.name} ---\n{log.read_text()[-2000:]}" for log in logs)
            raise MeasureFailed(f"the load client failed: {ended.stderr[-1500:]}\n{tails}")
        return Load(**json.loads(ended.stdout))


def _insist(scene: Scene, side: Side, done: int) -> None:
    """Insist that everything answered was done, and once."""
    for what, times in scene.expected.items():
        found = side.counts.get(what, 0)
        if found != round(times * done):
            raise MeasureFailed(
                f"{side.name}: {done} × {scene.name}, but {what}: {found}; {side.counts}"
            )


def _lines(scene: Scene, ours: Side, theirs: Side) -> list[Line]:
    cost, was = ours.web_ms + ours.postgres_ms, theirs.web_ms + theirs.postgres_ms
    faster = ours.units_per_second / theirs.units_per_second
    lines = [
        Line(
            f"{scene.name}: a second, {ours.name} · {theirs.name}",
            f"{ours.units_per_second:.0f} · {theirs.units_per_second:.0f}",
        ),
        _aimed(f"{scene.name}: times as fast", faster, scene.faster, faster >= scene.faster),
        Line(
            f"{scene.name}: processor, web + PostgreSQL, {ours.name} · {theirs.name}",
            f"{ours.web_ms:.2f} + {ours.postgres_ms:.2f} · {theirs.web_ms:.2f} +"
            f" {theirs.postgres_ms:.2f} ms",
        ),
        Line(
            f"{scene.name}: processor, to theirs",
            f"{cost / was:.2f}",
            f"≤ {scene.dearest:.2f}",
            cost / was <= scene.dearest,
        ),
    ]
    if ours.hash_ms:
        left, was_left = cost - scene.hashes * ours.hash_ms, was - scene.hashes * theirs.hash_ms
        lines.append(
            Line(
                f"{scene.name}: the same without the PIN's hash"
                f" ({ours.hash_ms:.1f} · {theirs.hash_ms:.1f} ms, {scene.hashes:.2f} of them)",
                f"{left / was_left:.2f}",
            )
        )
    if ours.at_half:
        lines += [
            Line(
                f"{scene.name}: p50 at half of the own, {ours.name} · {theirs.name}",
                f"{ours.p50:.1f} · {theirs.p50:.1f} ms",
            ),
            Line(
                f"{scene.name}: p99 at the same, each run of {ours.name}",
                ", ".join(f"{each:.1f}" for each in ours.p99s) + " ms",
                *(
                    (f"all < {scene.slowest:.0f} ms", max(ours.p99s) < scene.slowest)
                    if scene.slowest
                    else ()
                ),
            ),
            Line(
                f"{scene.name}: the same of {theirs.name}",
                ", ".join(f"{each:.1f}" for each in theirs.p99s) + " ms",
            ),
        ]
    lines.append(_books(scene, ours, theirs))
    return lines


def _aimed(what: str, found: float, aim: float, holds: bool) -> Line:
    return Line(what, f"{found:.2f}", f"≥ {aim:.1f}", holds) if aim else Line(what, f"{found:.2f}")


def _books(scene: Scene, ours: Side, theirs: Side) -> Line:
    """Compare the books. The sides did not do equally much: what is compared is per unit."""
    shares = [
        {what: round(found / side.counts["units"], 3) for what, found in side.counts.items()}
        for side in (_with_units(scene, ours), _with_units(scene, theirs))
    ]
    other = {
        what: f"{shares[0].get(what, 0):g} · {shares[1].get(what, 0):g}"
        for what in sorted(shares[0].keys() | shares[1].keys())
        if not what.startswith(_FILLED) and shares[0].get(what) != shares[1].get(what)
    }
    found = "; ".join(f"{what} {both}" for what, both in other.items())
    return Line(f"{scene.name}: books kept", found or "the same", "the same", not other)


def _with_units(scene: Scene, side: Side) -> Side:
    what, times = next(iter(scene.expected.items()))
    return Side(side.name, counts=side.counts | {"units": round(side.counts[what] / times)})


def _raw(side: Side) -> dict[str, Any]:
    return {
        "name": side.name,
        "closed": [vars(run) | {"load": vars(run.load)} for run in side.closed],
        "at_half": [vars(run) | {"load": vars(run.load)} for run in side.at_half],
        "counts": side.counts,
        "hash_ms": side.hash_ms,
    }
