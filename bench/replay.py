"""Replay: how many stored sprints one core decides again in a second.

The sprints are those of a month of one office (`month.py`), read from PostgreSQL by the functions
that `flask replay` uses. The baseline reads the same rows and decides nothing.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass

from bench.month import run, thrown_away
from bench.month_world import Plan
from flows.replay.replay import replay
from postal.desk import sprints as sprint
from postal.desk.sprints import Period, StoredSprint
from store.database import Database


@dataclass(frozen=True)
class Result:
    """Sprints a second, run by run."""

    sprints: int
    ours: list[float]
    reading: list[float]

    @property
    def per_second(self) -> float:
        return statistics.median(self.ours)

    @property
    def read_per_second(self) -> float:
        return statistics.median(self.reading)


class Differs(Exception):
    """A sprint of this very revision that is decided differently: the measurement is worthless."""


def measure(articles: int, runs: int) -> Result:
    """Replay a month of `articles`, `runs` times, reading and deciding in turn."""
    ours: list[float] = []
    reading: list[float] = []
    with thrown_away() as settings:
        run(settings, Plan(articles=articles))
        database = Database(settings.database_url, 1)
        database.open()
        try:
            count = 0
            for _ in range(runs):
                count, seconds = _over(database, lambda stored: None)
                reading.append(count / seconds)
                count, seconds = _over(database, _decide)
                ours.append(count / seconds)
        finally:
            database.close()
    return Result(count, ours, reading)


def _over(database: Database, work: Callable[[StoredSprint], None]) -> tuple[int, float]:
    count, began = 0, time.perf_counter()
    with database.transaction() as conn:
        for stored in sprint.stream(conn, Period()):
            work(stored)
            count += 1
    return count, time.perf_counter() - began


def _decide(stored: StoredSprint) -> None:
    if replay(stored.machine, stored.event, stored.state_before, stored.facts, stored.decision):
        raise Differs(stored.id)
