"""The statements of a phase, from a server's log of durations."""

from __future__ import annotations

import json
from pathlib import Path

from bench.statements import Statement, StatementLog


def _log(path: Path, *messages: str) -> None:
    with path.open("a") as file:
        file.writelines(json.dumps({"message": each}) + "\n" for each in messages)


def test_the_times_of_a_statement_are_added_up_and_read_once(tmp_path: Path) -> None:
    directory = tmp_path / "postgres" / "log"
    directory.mkdir(parents=True)
    _log(
        directory / "a.json",
        "connection authorized",
        "duration: 0.500 ms  parse _pg3_1: SELECT\n  1",
        "duration: 0.250 ms  bind _pg3_1: SELECT\n  1",
        "duration: 1.250 ms  execute _pg3_1: SELECT\n  1",
        "duration: 1.000 ms  execute <unnamed>: SELECT 1",
        "duration: 1.000 ms  statement: COMMIT",
        "duration: 9.000 ms  statement: /* bench */ SELECT 2",
    )
    log = StatementLog(tmp_path)
    assert log.phase(2) == [
        Statement("SELECT 1", 1.0, 1.5, 0.75),
        Statement("COMMIT", 0.5, 0.5, 0.25),
    ]
    assert log.phase(2) == []
    _log(directory / "b.json", "duration: 1.000 ms  statement: COMMIT")
    assert log.phase(1) == [Statement("COMMIT", 1.0, 1.0, 1.0)]
