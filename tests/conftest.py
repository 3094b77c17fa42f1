"""Servers, runtime, clock and client of the tests.

One real PostgreSQL and one real Valkey for a whole pytest run, thrown away after it, whatever
DATABASE_URL says. Each xdist worker has a database of its own, copied from one that was migrated
once, and a logical database of Valkey. Each test begins with both empty.
"""

from __future__ import annotations

import dataclasses
import gc
import os
import shutil
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import groupby
from pathlib import Path
from typing import Any, Protocol

import hypothesis
import psycopg
import pytest
from flask import Flask
from flask.testing import FlaskClient
from psycopg import sql
from pydantic import SecretStr
from werkzeug.serving import make_server

import jobs
from app import create_app
from embedded.addresses import THROW_AWAY, Addresses, Tuning
from embedded.lock import AlreadyRunning, Lock
from embedded.servers import Servers
from gateways.profiles import shipped
from gateways.profiles.file import ProfileError, read
from gateways.registry import variables
from postal.people import tokens
from providers import registry
from runtime import Runtime
from settings import Settings
from store import migrate
from store.database import Database
from tests.rigs.applications import APP_SETTINGS
from tests.rigs.clock import Clock
from tests.rigs.compiled import Compiled
from tests.rigs.connections import newest_first
from tests.rigs.dealt import dealt
from tests.rigs.emptied import empty
from tests.rigs.hashes import hash_cheaply
from tests.rigs.transcript import Player

_PREFIX = "dakiya-test-"
# To plan a statement costs PostgreSQL more than to run it on a few rows: each is planned once for a
# connection. Statistics of tables that are emptied every moment would only have it planned anew.
_TUNING = Tuning(
    {
        **THROW_AWAY.postgres,
        "plan_cache_mode": "force_generic_plan",
        "autovacuum": "off",
        "scram_iterations": "1",  # of a password's hash: 4,096 take each new connection 5 ms
    },
    THROW_AWAY.valkey,
)
_servers = pytest.StashKey[Servers]()
_directory = pytest.StashKey[Path]()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--rewrite-transcripts",
        action="store_true",
        help="write into tests/transcripts what is said now, to be read before it is committed",
    )


def pytest_configure() -> None:
    gc.disable()  # until all is collected: of what is imported and gathered nothing is garbage
    # How long an example takes says nothing here: other workers share the processors.
    hypothesis.settings.register_profile("dakiya", deadline=None)
    hypothesis.settings.load_profile("dakiya")
    # A developer's own environment must not reach the tests.
    try:
        profiles = [read(path) for path in shipped.SHIPPED.glob("*.toml")]
    except ProfileError as error:
        raise pytest.UsageError(f"gateways/profiles/{error}") from error
    accounts = {each.variable for profile in profiles for each in profile.variables.values()}
    accounts |= {*variables()}
    for name in {name.upper() for name in Settings.model_fields} | accounts:
        os.environ.pop(name, None)


# They take longest: each worker of xdist begins with its share of them, so that none is left with
# one of them at the end. The longest first.
_LONGEST = (
    "tests/flows/test_check.py::test_our",
    "tests/web/test_axe.py",
    "tests/web/test_hostile_values.py",
    "tests/payments/test_states.py",
    "tests/store/test_release_before.py",
    "tests/outbox/test_automatic.py::test_a_call_that_nobody_takes_up",
    "tests/bench",
    "tests/flows/test_prove.py",
    "tests/store/test_expanding.py",
    "tests/web/test_one_reader.py::test_what_happens_at_two",
    "tests/postal/test_household_orderings.py",
    "tests/web/desk/test_secrets.py",
    "tests/postal/test_delivery_orderings.py",
    "tests/web/desk/test_roles.py",
    "tests/web/test_masked_everywhere.py",
    "tests/conversation/test_offline.py",
    "tests/script",
    "tests/imports/test_restart.py",
    "tests/payments",
)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    ranks = {item.nodeid: _rank(item.nodeid) for item in items}
    long = sorted((item for item in items if ranks[item.nodeid] < len(_LONGEST)),
                  key=lambda item: ranks[item.nodeid])  # fmt: skip
    short = [item for item in items if ranks[item.nodeid] == len(_LONGEST)]
    workers = getattr(config, "workerinput", {}).get("workercount", 1)
    order = dealt([list(group) for _, group in groupby(long, _made_once)], short, workers)
    assert {*map(id, order)} == {*map(id, items)}, "a test was lost"
    items[:] = order


def _rank(nodeid: str) -> int:
    return next((n for n, begin in enumerate(_LONGEST) if nodeid.startswith(begin)), len(_LONGEST))


def _made_once(item: pytest.Item) -> object:
    """Return what tests beside each other share: what is made for their module, else nothing."""
    fixtures: dict[str, Any] = item._fixtureinfo.name2fixturedefs  # type: ignore[attr-defined]
    own = [name for name, found in fixtures.items() if found[-1].scope == "module"]
    return (item.path, *own) if own else item


def pytest_collection_finish() -> None:
    gc.freeze()  # half a million objects that stay, and need not be looked through again
    gc.set_threshold(20_000)
    gc.enable()


class Node(Protocol):
    """A worker as xdist shows it to the process that leads."""

    config: pytest.Config
    workerinput: dict[str, Any]


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Node) -> None:
    """Hand the addresses to one worker of xdist, in the process that leads and gathers nothing."""
    gc.enable()
    node.workerinput["servers"] = dataclasses.asdict(_addresses(node.config))


def pytest_unconfigure(config: pytest.Config) -> None:
    if _servers in config.stash:
        config.stash[_servers].stop()
        shutil.rmtree(config.stash[_directory])


def _addresses(config: pytest.Config) -> Addresses:
    """Where this run's servers are; the first call starts them and makes the template."""
    if hasattr(config, "workerinput"):
        return Addresses(**config.workerinput["servers"])
    if _servers not in config.stash:
        _remove_what_killed_runs_left()
        directory = config.stash[_directory] = Path(tempfile.mkdtemp(prefix=_PREFIX))
        servers = config.stash[_servers] = Servers(directory, _TUNING)
        made = servers.start()
        migrate.migrate(made.owner_url, made.roles)
    return config.stash[_servers].addresses


def _remove_what_killed_runs_left() -> None:
    for directory in Path(tempfile.gettempdir()).glob(_PREFIX + "*"):
        if not (directory / "lock").exists() or time.time() - directory.stat().st_mtime < 60:
            continue
        lock = Lock(directory / "lock")
        try:
            lock.take()
        except AlreadyRunning:
            continue
        finally:
            lock.close()
        shutil.rmtree(directory, ignore_errors=True)


@pytest.fixture(scope="session", autouse=True)
def cheap_hashes() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        hash_cheaply(patch)
        yield


@pytest.fixture
def clock() -> Clock:
    return Clock()


@dataclasses.dataclass(frozen=True)
class OfWorker:
    """The URLs of one xdist worker: its database as each of the three roles, and its Valkey."""

    application: str
    owner: str
    purge: str
    redis: str


@pytest.fixture(scope="session")
def addresses(request: pytest.FixtureRequest, worker_id: str) -> OfWorker:
    """Where this xdist worker's database and Valkey are."""
    servers = _addresses(request.config)
    name = f"test_{worker_id}"
    administration = servers.owner_url.removesuffix("dakiya") + "postgres"
    with psycopg.connect(administration, autocommit=True) as connection:
        connection.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE dakiya").format(sql.Identifier(name))
        )
    number = 1 + int(worker_id.removeprefix("gw")) if worker_id.startswith("gw") else 1
    application, owner, purge = (
        url.removesuffix("dakiya") + name
        for url in (servers.database_url, servers.owner_url, servers.purge_url)
    )
    return OfWorker(application, owner, purge, servers.redis_url.removesuffix("0") + str(number))


@contextmanager
def _opened(url: str, connections: int) -> Iterator[Database]:
    database = Database(url, connections, wait=60, prepares=1)
    newest_first(database)
    database.open()
    yield database
    database.close()


@pytest.fixture(scope="session")
def open_database(addresses: OfWorker) -> Iterator[Database]:
    """The application's connections of this xdist worker, open for all of its tests."""
    with _opened(addresses.application, 12) as database:
        yield database


@pytest.fixture(scope="session")
def owner(addresses: OfWorker) -> Iterator[Database]:
    """The database as its owner, a superuser: for what the application may not do."""
    with _opened(addresses.owner, 2) as database:
        yield database


@pytest.fixture(scope="session")
def purging(addresses: OfWorker) -> Iterator[Database]:
    """The database as the role that purges and forgets."""
    with _opened(addresses.purge, 2) as database:
        yield database


@pytest.fixture
def settings(usual_settings: Settings) -> Settings:
    """A module that needs other settings overrides this: `settings.model_copy(update=…)`."""
    return usual_settings


@pytest.fixture(scope="session")
def usual_settings(addresses: OfWorker) -> Settings:
    return Settings(
        _env_file=None,
        dakiya_env="test",
        database_url=addresses.application,
        database_owner_url=addresses.owner,
        database_purge_url=addresses.purge,
        redis_url=addresses.redis,
        dakiya_master_key=SecretStr("test master key: 32 bytes or more"),
        secret_key=SecretStr("test session key: 32 bytes or more"),
        public_url="https://dakiya.test",
    ).giving(
        TWILIO_ACCOUNT_SID="AC" + "0" * 32,
        TWILIO_AUTH_TOKEN="twilio-token-of-the-tests",
        TWILIO_FROM="+15005550006",
        AFRICASTALKING_USERNAME="dakiya",
        AFRICASTALKING_API_KEY="africastalking-key-of-the-tests",
        AFRICASTALKING_SENDER="DAKIYA",
        AFRICASTALKING_HOOK_SECRET="africastalking-hook-secret",
    )


@pytest.fixture
def runtime(
    settings: Settings, open_database: Database, owner: Database, clock: Clock
) -> Iterator[Runtime]:
    """What the application works with: empty database, empty Valkey, a clock that stands."""
    empty(owner)
    runtime = dataclasses.replace(
        Runtime.build(settings, clock.now),
        database=open_database,
        providers=registry.build(settings, open_database, clock.now),
    )
    runtime.redis.flushdb()
    yield runtime
    runtime.redis.close()


_apps: dict[tuple[object, ...], Flask] = {}
_compiled = Compiled()


@pytest.fixture
def app(runtime: Runtime) -> Flask:
    """The application on this test's runtime.

    Kept for the tests whose application is made of the same: one takes 0.1 s, mostly its rules.
    Their templates are compiled once for all of them, which takes seconds.
    """
    made_of = tuple(getattr(runtime.settings, each) for each in APP_SETTINGS)
    if made_of not in _apps:
        _apps[made_of] = create_app(runtime)
        _apps[made_of].jinja_env.bytecode_cache = _compiled
    _apps[made_of].extensions["dakiya"] = runtime
    return _apps[made_of]


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def player(runtime: Runtime, client: FlaskClient, clock: Clock) -> Iterator[Player]:
    """Plays transcripts, with the main office of 273303 and a token of the department's."""
    jobs.use(runtime)
    with runtime.database.transaction() as conn:
        conn.execute(
            "INSERT INTO offices (name, pin, branch_type, district)"
            " VALUES ('Gorakhpur', '273303', 'head', 'Gorakhpur')"
        )
        token = tokens.create(conn, "transcripts")
    yield Player(runtime, client, clock, token)
    jobs.use(runtime)  # lets the sends under way end


# ---- browsers ----------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """The machine's own Chromium where there is one, else what Playwright downloaded."""
    found = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "chrome"))), None)
    return {**browser_type_launch_args, "executable_path": found, "args": ["--no-sandbox"]}


@pytest.fixture
def browser_context_args(browser_context_args: dict[str, Any]) -> dict[str, Any]:
    return {
        **browser_context_args,
        "locale": "en-IN",
        "viewport": {"width": 1024, "height": 768},
        "has_touch": True,
    }


@pytest.fixture
def address(app: Flask) -> Iterator[str]:
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))  # seconds to its end
    thread.start()
    yield f"http://127.0.0.1:{server.port}"
    server.shutdown()
    thread.join()
