"""What PostgreSQL did, statement by statement, from its own log of durations.

The embedded server has no pg_stat_statements. So every parse, bind and execution is logged with its
time, without its values; what has the same text is added up.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from embedded.addresses import KEEP, Tuning

_LOGGED: Final = re.compile(
    r"duration: ([0-9.]+) ms  (?:(parse|bind|execute(?: fetch from)?) [^:]*|statement): (.*)", re.S
)
_MILLISECONDS: Final = 1000
_OWN: Final = "/* bench */"  # begins a statement of the measurement itself, which is left out

# Values stay out of the log: among them are codes' salts and people's names.
LOGGING: Final[Tuning] = replace(
    KEEP,
    postgres={
        **KEEP.postgres,
        "logging_collector": "on",
        "log_destination": "jsonlog",
        "log_min_duration_statement": "0",
        "log_parameter_max_length": "0",
        "log_rotation_size": "0",
    },
)


@dataclass(frozen=True)
class Statement:
    """A statement of a phase. `calls` and `milliseconds` are those of one unit, e.g. a handover."""

    text: str
    calls: float
    milliseconds: float
    share: float

    @property
    def mean(self) -> float:
        """Return milliseconds of one call: parsed where it had to be, bound and executed."""
        return self.milliseconds / self.calls if self.calls else 0.0


class StatementLog:
    """The log of a server in a directory, read from where the last reading ended."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory / "postgres" / "log"
        self._read: dict[Path, int] = {}

    def phase(self, units: int) -> list[Statement]:
        """Return the statements since the last call, the dearest first."""
        calls, spent = Counter[str](), Counter[str]()
        for entry in self._entries():
            logged = _LOGGED.match(str(entry.get("message", "")))
            if logged is None or logged[3].startswith(_OWN):
                continue
            milliseconds, step, text = logged.groups()
            statement = " ".join(text.split())
            spent[statement] += round(float(milliseconds) * _MILLISECONDS)
            if step is None or step.startswith("execute"):
                calls[statement] += 1
        whole = sum(spent.values())
        return [
            Statement(text, calls[text] / units, each / _MILLISECONDS / units, each / whole)
            for text, each in spent.most_common()
        ]

    def _entries(self) -> Iterator[Mapping[str, Any]]:
        for path in sorted(self._directory.glob("*.json")):
            with path.open("rb") as file:
                file.seek(self._read.get(path, 0))
                for line in file:
                    if line.endswith(b"\n"):
                        yield json.loads(line)
                        self._read[path] = self._read.get(path, 0) + len(line)
