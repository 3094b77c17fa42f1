"""Where the answer to a commit is lost nothing is done twice, and nothing told is missing."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Sequence
from typing import get_args

import pytest
from flask import Flask
from psycopg.conninfo import conninfo_to_dict, make_conninfo

import jobs
from runtime import Runtime
from store.database import Database
from tests.rigs.clock import Clock
from tests.rigs.lost_answers import Door, Scene, Walked, scenes, walk
from tests.rigs.lost_doors import DOORS
from tests.rigs.more_lost_doors import MORE_DOORS
from tests.rigs.relay import Lost, Relay
from tests.rigs.told import nothing_in

_AWAY_SECONDS = 0.4


@pytest.fixture
def relay(runtime: Runtime) -> Iterator[Relay]:
    port = conninfo_to_dict(runtime.settings.database_url)["port"]
    with Relay(int(str(port))) as made:
        yield made


@pytest.fixture
def through(runtime: Runtime, relay: Relay) -> Iterator[Runtime]:
    """The runtime, whose database is behind the relay and is given up soon."""
    url = make_conninfo(runtime.settings.database_url, port=relay.port)
    database = Database(url, 4, wait=_AWAY_SECONDS)
    database.open()
    yield dataclasses.replace(runtime, database=database)
    database.close()


@pytest.fixture
def scene(
    app: Flask, runtime: Runtime, through: Runtime, owner: Database, clock: Clock
) -> Iterator[Callable[[], Scene]]:
    yield from scenes(app, through, owner, clock)
    jobs.use(runtime)


_WALKS = [
    *((door, what) for door in DOORS for what in get_args(Lost)),
    *((door, "database") for door in MORE_DOORS),
]


# What is done and kept where nothing is lost, which is the same for all that can be.
_PLAIN: dict[Door, Walked] = {}


@pytest.mark.parametrize(("door", "what"), _WALKS, ids=str)
def test_it_is_done_once(scene: Callable[[], Scene], relay: Relay, door: Door, what: Lost) -> None:
    """Each commit of it is lost in turn, or its answer, or the database for a while."""
    if door not in _PLAIN:
        _PLAIN[door] = walk(scene(), relay, door, what, 0)
    plain = _PLAIN[door]
    assert plain.answers[-1] < 400, plain.said
    assert plain.writing
    nothing_in(
        f"commit {at}: {wrong}"
        for at in plain.writing
        for wrong in _differences(plain, walk(scene(), relay, door, what, at), door.adds)
    )


def _differences(plain: Walked, lost: Walked, adds: Sequence[str]) -> Iterator[str]:
    if lost.answers[-1] >= 500:
        yield f"it answered {lost.answers}"
    for table, count in plain.kept.counts.items():
        if lost.kept.counts[table] != count and not (len(lost.answers) > 1 and table in adds):
            yield f"{lost.answers}: {lost.kept.counts[table]} rows of {table}, not {count}"
    for before, after in zip(plain.kept.contents, lost.kept.contents, strict=True):
        if before != after:
            yield f"{lost.answers}: {after}, not {before}"
