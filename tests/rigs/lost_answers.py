"""Doors that write, walked through a relay that loses what PostgreSQL said of a commit.

A door is what the outside does: a carrier's hook, a form, a call of the API, a job. The same is
done again after an answer that says it failed, with the same id, as carriers and people do it. The
books must then be those of a day on which nothing was lost.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any, Final

from flask import Flask
from flask.testing import FlaskClient
from psycopg import OperationalError, sql
from werkzeug.test import TestResponse

import jobs
from outbox.wake import BELLS, ring
from postal.people import tokens
from runtime import Runtime
from store.database import Database
from store.keyring import Keyring, current
from tests.rigs import counter
from tests.rigs.api_calls import Api
from tests.rigs.clock import Clock
from tests.rigs.desk import Colleague
from tests.rigs.emptied import empty
from tests.rigs.office import Office
from tests.rigs.office import office as office_of
from tests.rigs.relay import Lost, Relay
from tests.rigs.transcript import Player

# What a repeat may add to: who looked and called; and what only tells how processes are.
_SEEN: Final = (
    *("access_log", "token_calls", "token_uses", "sign_ins", "sign_in_tries", "scans", "receipts"),
    *("outcomes", "carriers", "carrier_outcomes", "worker_leases"),
)
_CONTENTS: Final = (
    "SELECT direction, phone, template, status FROM messages",
    "SELECT kind, data - ARRAY['at', 'booking'] FROM events",  # whose reference is drawn by lot
    "SELECT number, state FROM articles",
    "SELECT kind, method, paise FROM ledger",
    "SELECT state, paise FROM payments",
    "SELECT kind, closed_at IS NULL FROM tickets",
)
_A_WHILE: Final = 60  # seconds, in which leases of those who lost an answer end
_PATIENCE: Final = 60  # seconds
_TABLES: Final = """
    SELECT relname FROM pg_class WHERE relkind IN ('r', 'p') AND NOT relispartition
    AND relnamespace = 'public'::regnamespace AND relname <> ALL (%s)
"""


@dataclass
class Scene:
    """An office in the morning, with what is made there when it is first asked for."""

    app: Flask
    runtime: Runtime
    client: FlaskClient
    player: Player
    clock: Clock
    _office: list[Office] = field(default_factory=list)
    _clerk: list[counter.Clerk] = field(default_factory=list)

    @property
    def office(self) -> Office:
        """The office of 273303 with its postmen, made on first use."""
        if not self._office:
            self._office.append(office_of(self.player, self.app, self.runtime))
        return self._office[0]

    @property
    def clerk(self) -> counter.Clerk:
        """A clerk at an open counter, made on first use."""
        if not self._clerk:
            counter.directory(self.runtime)
            self._clerk.append(counter.clerk(self.app, self.runtime))
        return self._clerk[0]

    @property
    def api(self) -> Api:
        """The department's software."""
        return Api(self.client, self.player.token)

    def one(self, sql: str, *values: object) -> Any:
        """The first column of the first row."""
        with self.runtime.database.transaction() as conn:
            row = conn.execute(sql, list(values)).fetchone()
        assert row is not None, sql
        return row[0]


Act = Callable[[], TestResponse]


@dataclass(frozen=True)
class Door:
    """`ready`: make what the door needs, and return what is done there, again if need be.

    `adds`: the tables that tell of a repeat, though it changes nothing.
    """

    name: str
    ready: Callable[[Scene], Act]
    adds: tuple[str, ...] = ()

    def __str__(self) -> str:
        return self.name


def posted(colleague: Colleague, path: str, **form: str) -> Act:
    """A form of a page, whose token was read before."""
    fields = colleague.with_token(form)
    return lambda: colleague.client.post(path, data=fields)


def of_office(scene: Scene, path: str, **form: str) -> Act:
    """A form of the office's clerk."""
    return posted(scene.office.clerk, path, **form)


def at_counter(scene: Scene, path: str, **form: str) -> Act:
    """A form of the clerk at the counter."""
    return posted(scene.clerk.colleague, path, **form)


def called(scene: Scene, path: str, body: object, **headers: str) -> Act:
    """A call of the API."""
    return lambda: scene.api.post(path, body, headers)


def hooked(scene: Scene, path: str, **body: str) -> Act:
    """A hook of the simulated carrier."""
    return lambda: scene.client.post(f"/hooks/simulator/{path}", json=body)


@dataclass(frozen=True)
class Books:
    """How many rows each table has, and what the rows of some say."""

    counts: dict[str, int]
    contents: list[list[str]]


def books(scene: Scene) -> Books:
    """Let the clock and the worker do what is due, and return what is kept then."""
    scene.clock.advance(seconds=_A_WHILE)
    for bell in BELLS:
        ring(scene.runtime.redis, bell)
    scene.player.drain()
    jobs.process().upi.wait()
    jobs.process().importer.wait()
    scene.player.drain()
    with scene.runtime.database.transaction() as conn:
        tables = [str(row[0]) for row in conn.execute(_TABLES, [[*_SEEN]]).fetchall()]
        counted = (
            sql.SQL("SELECT {}, count(*) FROM {}").format(sql.Literal(each), sql.Identifier(each))
            for each in tables
        )
        counts = dict(conn.execute(sql.SQL(" UNION ALL ").join(counted)).fetchall())
        contents = [sorted(map(str, conn.execute(each.encode()).fetchall())) for each in _CONTENTS]
    return Books(counts, contents)


@dataclass(frozen=True)
class Walked:
    """What a door answered, each time it was asked; what is kept, and which commits wrote it."""

    answers: list[int]
    said: str
    kept: Books
    writing: list[int]


def scenes(
    app: Flask, runtime: Runtime, owner: Database, clock: Clock
) -> Iterator[Callable[[], Scene]]:
    """Yield what makes a scene in an empty database, as often as it is called. For a fixture."""
    morning = clock.now()

    def make() -> Scene:
        empty(owner)
        runtime.redis.flushdb()
        clock.at = morning
        return begin(app, runtime, clock)

    yield make


def begin(app: Flask, shared: Runtime, clock: Clock) -> Scene:
    """Make a scene in an empty database, with new keys; the jobs of this process work with it."""
    # A code that is not known to have been sent is said in a call: not here.
    settings = shared.settings.model_copy(update={"voice_automatic": False})
    runtime = replace(shared, keys=Keyring(settings.masters), settings=settings)
    app.extensions["dakiya"] = runtime
    jobs.use(runtime)
    client = app.test_client()
    with runtime.database.transaction() as conn:
        conn.execute(
            "INSERT INTO offices (name, pin, branch_type, district)"
            " VALUES ('Gorakhpur', '273303', 'head', 'Gorakhpur')"
        )
        token = tokens.create(conn, "the department")
        runtime.keys.root(conn, "codes", current(conn, "codes"))  # made by the first that asks
    return Scene(app, runtime, client, Player(runtime, client, clock, token), clock)


def walk(scene: Scene, relay: Relay, door: Door, what: Lost, at: int) -> Walked:
    """Do what is done at `door` and lose `what` of its commit number `at`; repeat what failed."""
    act = door.ready(scene)
    relay.lose(what, at)
    first = act()
    writing = relay.writing
    relay.lose(what, 0)
    if what == "database" and at:
        relay.join()
        _await(scene)
    answers = [first.status_code]
    if first.status_code >= 500:
        answers.append(act().status_code)
    return Walked(answers, first.text, books(scene), writing)


def _await(scene: Scene) -> None:
    """Wait until the database is found again."""
    until = time.monotonic() + _PATIENCE
    while True:
        try:
            scene.one("SELECT 1")
        except OperationalError:
            assert time.monotonic() < until
        else:
            return
