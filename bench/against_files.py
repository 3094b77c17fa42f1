"""This tree against a commit with files: the same rows checked and imported by both, in turn."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any, Final

from bench import importing
from bench.checkout import Checkout
from bench.report import Line
from bench.rig import MeasureFailed, spent_seconds
from bench.stands import StandProcess, stands_of

_FASTER: Final = 3.0  # times, at least


@dataclass(frozen=True)
class ImportRun:
    """One file. Rows a second, and milliseconds of processor per row that was imported."""

    checked: float
    imported: float
    worker_ms: float
    postgres_ms: float


def measure(trees: Sequence[Checkout], rows: int, runs: int) -> tuple[list[Line], Any]:
    """Check and import a file of `rows` of each tree's own, `runs` times in turn.

    Raises `MeasureFailed` where a row is missing in the books afterwards.
    """
    with ExitStack() as stack:
        stands = stack.enter_context(stands_of(trees, "import", 0))
        directory = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="dakiya-load-")))
        ready = [stand.heard() for stand in stands]
        runs_of: list[list[ImportRun]] = [[] for _ in stands]
        for number in range(runs + 1):
            file = directory / "rows.csv"
            file.write_bytes(importing.file_of(rows, number * rows))
            for stand, where, done in zip(stands, ready, runs_of, strict=True):
                done.append(_import(stand, where, file, rows))
        for tree, stand, done in zip(trees, stands, runs_of, strict=True):
            done.pop(0)  # the first one warmed up
            _insist_on_rows(tree, stand.ask("count"), rows * (runs + 1))
    return _lines(trees, runs_of), [[vars(run) for run in done] for done in runs_of]


def _import(stand: StandProcess, where: Mapping[str, Any], file: Path, rows: int) -> ImportRun:
    checked = stand.ask("check", file=str(file))
    pids = (where["worker"], where["postgres"])
    before = [spent_seconds(pid) for pid in pids]
    seconds = stand.ask("import", id=checked["id"])["seconds"]
    used = [
        1000 * (spent_seconds(pid) - then) / rows for pid, then in zip(pids, before, strict=True)
    ]
    return ImportRun(rows / median(checked["seconds"]), rows / seconds, *used)


def _insist_on_rows(tree: Checkout, counts: Mapping[str, int], rows: int) -> None:
    found = counts.get("articles booked"), counts.get("out booked")
    if found != (rows, rows):
        raise MeasureFailed(f"{tree.name}: {rows} rows, but booked and told: {found}")


def _lines(trees: Sequence[Checkout], runs: Sequence[Sequence[ImportRun]]) -> list[Line]:
    both = " · ".join(tree.name for tree in trees)
    lines = []
    for what, rate in (("checked", "checked"), ("imported", "imported")):
        ours, theirs = (median(getattr(run, rate) for run in done) for done in runs)
        lines.append(Line(f"import: rows {what} a second, {both}", f"{ours:.0f} · {theirs:.0f}"))
        if what == "imported":
            faster = ours / theirs
            lines.append(
                Line(
                    "import: times as fast", f"{faster:.2f}", f"≥ {_FASTER:.1f}", faster >= _FASTER
                )
            )
    worker = [median(run.worker_ms for run in done) for done in runs]
    postgres = [median(run.postgres_ms for run in done) for done in runs]
    lines.append(
        Line(
            f"import: processor of a row, worker + PostgreSQL, {both}",
            f"{worker[0]:.2f} + {postgres[0]:.2f} · {worker[1]:.2f} + {postgres[1]:.2f} ms",
        )
    )
    return lines
