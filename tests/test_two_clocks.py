"""Two clocks, and two workers that they wake at the same moment, do each periodic task once."""

from __future__ import annotations

import ast
import dataclasses
import inspect
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from functools import partial
from threading import Barrier
from typing import Final, TypeVar
from uuid import uuid4

import pytest
from flask import Flask

import jobs
from conversation import herd, inbound, postmen, requests
from conversation.accounts import tell_staff
from conversation.helped import ask_due
from conversation.timers import fire_timers
from conversation.waiting import read_waiting
from jobs import Process
from outbox import probing, scrubs, unheard
from outbox.failover import send_again
from outbox.sweep import sweep
from postal import herd as herds
from postal import households, nominees, sought
from postal.desk import away
from postal.reports import summing_up
from runtime import Runtime
from store import nonces, outcomes
from store.database import Conn, Database, Opened
from tests.rigs.clock import Clock
from tests.rigs.desk import sign_in
from tests.rigs.lost_answers import Books, Scene, books, scenes
from tests.rigs.office import POSTMAN, phone_of
from tests.rigs.told import nothing_in

T = TypeVar("T")
_SECOND: Final = 2

# Each task by the name by which a job calls it.
TASKS: Final[Mapping[str, Callable[[Process], object]]] = {
    "sweep_outbox": lambda each: sweep(each.runtime),
    "scrubs.look": lambda each: scrubs.look(each.runtime),
    "probing.send_due": lambda each: probing.send_due(each.runtime),
    "send_again": lambda each: send_again(each.runtime),
    "unheard.look": lambda each: unheard.look(each.runtime),
    "listed.start": lambda each: each.listed.start(),
    "lookups.start": lambda each: each.lookups.start(),
    "tell_staff": lambda each: tell_staff(each.runtime),
    "postmen.begin_day": lambda each: postmen.begin_day(each.runtime),
    "herd.warn_herds": lambda each: herd.warn_herds(each.runtime),
    "postmen.end_day": lambda each: postmen.end_day(each.runtime),
    "requests.lapse": lambda each: requests.lapse(each.runtime),
    "ask_due": lambda each: ask_due(each.runtime),
    "sought.catch_up": lambda each: each.runtime.database.run(sought.catch_up),
    "away.bring_back": lambda each: each.runtime.database.run(
        lambda conn: away.bring_back(conn, each.runtime.now())
    ),
    "households.note_heard": lambda each: each.runtime.database.run(
        lambda conn: households.note_heard(conn, each.runtime.settings.without_receipts)
    ),
    "nominees.note_told": lambda each: each.runtime.database.run(
        lambda conn: nominees.note_told(conn, each.runtime.settings.without_receipts)
    ),
    "outcomes.forget": lambda each: each.runtime.database.run(outcomes.forget),
    "nonces.forget": lambda each: each.runtime.database.run(
        lambda conn: nonces.forget(conn, each.runtime.now())
    ),
    "months.advance": lambda each: each.months.advance(),
    "days.advance": lambda each: each.days.advance(),
    "summing_up.sum_up_next": lambda each: each.runtime.database.run(
        lambda conn: summing_up.sum_up_next(conn, each.runtime.now())
    ),
    "read_waiting": lambda each: read_waiting(each.runtime),
    "inbound.read_held": lambda each: inbound.read_held(each.runtime),
    "fire_timers": lambda each: fire_timers(each.runtime),
    "webhooks.start": lambda each: each.webhooks.start(),
    "importer.start": lambda each: each.importer.start(),
    "upi.start": lambda each: each.upi.start(),
}
_CALLED: Final = ("answer", "heartbeat.note", "runtime", "process", "wake", "_database_away")


def test_every_task_of_the_jobs_is_played_here() -> None:
    called: set[str] = set()
    for job in (jobs.sweep, jobs.timers, jobs.webhooks, jobs.imports, jobs.payments):
        for node in ast.walk(ast.parse(inspect.getsource(job))):
            if isinstance(node, ast.Call):
                called.add(ast.unparse(node.func).removeprefix("process()."))
            elif isinstance(node, ast.Attribute):  # given to `run`
                called.add(ast.unparse(node))
    named = {each for each in called if "(" not in each and each not in _CALLED}
    assert {each for each in named if each in TASKS} == set(TASKS)
    assert {each for each in named if each.split(".")[-1] not in ("run", "now")} - set(TASKS) == {
        "psycopg.OperationalError"
    }


@pytest.fixture
def scene(
    app: Flask, runtime: Runtime, owner: Database, clock: Clock
) -> Iterator[Callable[[], Scene]]:
    yield from scenes(app, runtime, owner, clock)
    jobs.use(runtime)


def _day(scene: Scene, tick: Callable[[], None]) -> Books:
    """A day and the morning after it, in which each task has something to do."""
    office = scene.office
    office.out(1, 2, 3, 4)
    player, clock = scene.player, scene.clock
    player.step(f"{POSTMAN} > 1")
    player.step(f"{POSTMAN} > 2 11")
    player.step(f"{phone_of(2)} > 2")  # nobody came: a ticket
    agent = sign_in(scene.app, scene.runtime, "agent", "agent")
    id_ = scene.one("SELECT max(id) FROM tickets")
    agent.post(f"/desk/tickets/{id_}/close", outcome="explained", said="", ask="yes")
    player.step(f"{POSTMAN} > 3 11")
    player.step(f"{phone_of(3)} > 2")
    id_ = scene.one("SELECT max(id) FROM tickets")
    agent.post(f"/desk/tickets/{id_}/take")
    office.clerk.post("/desk/account/password", now="wrong")
    with scene.runtime.database.transaction() as conn:
        conn.execute(
            "INSERT INTO herd_warnings VALUES ('273303', %s, 'help_desk', %s)",
            [clock.now().date(), clock.now()],
        )
    for hour, minute, day in ((4, 31, 14), (4, 45, 14), (6, 0, 14), (14, 31, 14), (1, 31, 15)):
        clock.at = datetime(2026, 8, day, hour, minute, tzinfo=UTC)
        tick()
        player.drain()
    return books(scene)


class LateDatabase(Database):
    """A database whose caller is overtaken: between what it reads and what it does, others act."""

    overtaken: Callable[[], object] | None = None
    """What is done before the second transaction from now on."""
    _begun = 0

    def be_overtaken(self, by: Callable[[], object]) -> None:
        self.overtaken, self._begun = by, 0

    def _run_at_once(self, opened: Opened, work: Callable[[Conn], T]) -> T:
        self._begun += 1
        if self._begun == _SECOND and self.overtaken is not None:
            self.overtaken()
        return super()._run_at_once(opened, work)


def test_a_clock_that_is_overtaken_does_nothing_twice(
    scene: Callable[[], Scene], runtime: Runtime
) -> None:
    """It has read what is due; another does all of that; then it goes on."""
    alone = _alone(scene())
    here = scene()
    database = LateDatabase(runtime.settings.database_url, 6, str(uuid4())[:8], wait=60)
    database.open()
    first = Process(here.runtime)
    late = Process(dataclasses.replace(here.runtime, database=database))

    def tick() -> None:
        for task in TASKS.values():
            database.be_overtaken(partial(task, first))
            task(late)

    together = _day(here, tick)
    for each in (first, late):
        each.finish()
    database.close()
    _same(alone, together)


def test_each_task_is_done_once(scene: Callable[[], Scene], runtime: Runtime) -> None:
    alone = _alone(scene())
    here = scene()
    with ThreadPoolExecutor(2) as threads:
        database = Database(runtime.settings.database_url, 6, str(uuid4())[:8], wait=60)
        database.open()
        pair = [
            Process(here.runtime),
            Process(dataclasses.replace(here.runtime, database=database)),
        ]
        at_once = Barrier(2)

        def do(process: Process, name: str) -> None:
            at_once.wait()
            TASKS[name](process)

        def tick() -> None:
            for name in TASKS:
                for done in [threads.submit(do, each, name) for each in pair]:
                    done.result()

        together = _day(here, tick)
        for each in pair:
            each.finish()
        database.close()
    _same(alone, together)


def _same(alone: Books, together: Books) -> None:
    nothing_in(
        f"{table}: {together.counts[table]} rows, not {count}"
        for table, count in alone.counts.items()
        if together.counts[table] != count
    )
    assert together.contents == alone.contents
    assert alone.contents[0]


def _alone(scene: Scene) -> Books:
    process = Process(scene.runtime)

    def tick() -> None:
        for task in TASKS.values():
            task(process)

    done = _day(scene, tick)
    process.finish()
    return done


def test_a_warning_that_another_clock_is_giving_is_not_over(
    scene: Callable[[], Scene], monkeypatch: pytest.MonkeyPatch
) -> None:
    """One clock holds the first telephone, and dies with it: the next warns both."""
    here = scene()
    here.office.out(1, 2)
    monkeypatch.setattr(herds, "AT_ONCE", 1)
    now = here.clock.now()
    with here.runtime.database.transaction() as conn:
        conn.execute(
            "INSERT INTO herd_warnings VALUES ('273303', %s, 'help_desk', %s)", [now.date(), now]
        )
        (warning,) = herds.open_warnings(conn, now.date())
        assert len(herds.next_articles(conn, warning, now)) == 1
        with ThreadPoolExecutor(1) as threads:
            other = threads.submit(
                here.runtime.database.run, lambda conn: herds.next_articles(conn, warning, now)
            )
            until = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
            while here.one(until) == 0:
                pass
            conn.execute("COMMIT")
            assert other.result() == []
    assert here.one("SELECT done_at IS NULL FROM herd_warnings")
    assert herd.warn_herds(here.runtime) == 1
