"""`flask db migrate`: what is to come, and what waits until the release before has ended."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from dataclasses import replace

import click
import orjson
import psycopg
import pytest
from redis import Redis

from app import create_app
from outbox import releases
from outbox.releases import RunningProcess
from runtime import Runtime
from store import migrate
from store.phases import Migration
from tests.conftest import OfWorker
from tests.rigs.migrations import copy_of_template
from web.commands.database import refuse_beside_older, say_where
from web.operations import doctor_releases

EXPAND = Migration("9001_more", "expand", "More.")
CONTRACT = Migration("9000_less", "contract", "Less.")


@pytest.fixture
def own(addresses: OfWorker) -> Iterator[str]:
    with copy_of_template(addresses, f"database_{os.getpid()}") as made:
        yield made.owner


def test_the_plan_says_what_is_to_come_and_does_nothing(runtime: Runtime, own: str) -> None:
    with psycopg.connect(own) as conn:
        conn.execute("UPDATE alembic_version SET version_num = '0032_dropping'")
    one = dict.fromkeys(("database_url", "database_owner_url", "database_purge_url"), own)
    app = create_app(replace(runtime, settings=runtime.settings.model_copy(update=one)))
    planned = app.test_cli_runner().invoke(args=["db", "migrate", "--plan"])
    assert planned.exit_code == 0
    lines = [line.split("\t") for line in planned.output.splitlines()]
    assert lines[0][:2] == ["0033_narrow", "stop"]
    assert lines[0][2].startswith("Articles change in no index")
    assert [line[0] for line in lines][-1] == migrate.newest()
    with psycopg.connect(own) as conn:
        at = conn.execute("SELECT version_num FROM alembic_version").fetchone()
        conn.execute("UPDATE alembic_version SET version_num = %s", [migrate.newest()])
    assert at == ("0032_dropping",)
    nothing = app.test_cli_runner().invoke(args=["db", "migrate", "--plan"])
    assert nothing.output == f"the database is at {migrate.newest()}\n"


def test_what_waits_is_said_and_what_cannot_wait_fails(
    capsys: pytest.CaptureFixture[str],
) -> None:
    say_where([])
    assert capsys.readouterr().out == f"the database is at {migrate.newest()}\n"
    say_where([CONTRACT])
    assert capsys.readouterr().out.startswith("9000_less waits: `flask --app app db migrate")
    with pytest.raises(click.ClickException, match="9000_less is to come before 9001_more"):
        say_where([CONTRACT, EXPAND])


# ---- who runs ------------------------------------------------------------------------------------


def _older(redis: Redis, seconds_ago: int = 0) -> RunningProcess:
    """A process of the release before that was seen so long ago."""
    process = RunningProcess("web1", "web", 7, "one", "0033_narrow")
    seconds, _ = redis.time()
    member = orjson.dumps(["web1", "web", 7, "one", "0033_narrow"])
    redis.zadd("dakiya:releases", {member: seconds - seconds_ago})
    return process


def test_every_process_says_where_it_runs_and_what_it_knows(runtime: Runtime) -> None:
    releases.note(runtime.redis, "worker")
    (found,) = releases.running(runtime.redis)
    assert (found.machine, found.kind, found.pid) == (socket.gethostname(), "worker", os.getpid())
    assert found.schema == migrate.newest()


def test_a_contract_is_refused_beside_a_process_that_needs_what_it_removes(
    runtime: Runtime,
) -> None:
    releases.note(runtime.redis, "web")
    older = _older(runtime.redis)
    refuse_beside_older([EXPAND], runtime.redis)
    with pytest.raises(click.ClickException) as refused:
        refuse_beside_older([replace(CONTRACT, revision=migrate.newest())], runtime.redis)
    assert str(older) in str(refused.value)
    assert str(os.getpid()) not in str(refused.value), "this release knows it"
    _older(runtime.redis, releases.SILENT_SECONDS + 2)
    refuse_beside_older([replace(CONTRACT, revision=migrate.newest())], runtime.redis)


def test_a_contract_is_refused_where_nobody_says_who_runs(settings: object) -> None:
    away = Redis.from_url("redis://127.0.0.1:1")
    with pytest.raises(click.ClickException, match="bring it back first"):
        refuse_beside_older([CONTRACT], away)


def test_doctor_names_the_releases_that_run(runtime: Runtime) -> None:
    assert list(doctor_releases.examine(runtime.settings)) == []
    releases.note(runtime.redis, "web")
    (alone,) = doctor_releases.examine(runtime.settings)
    assert (alone.state, alone.what) == ("ok", "releases")
    older = _older(runtime.redis)
    (several,) = doctor_releases.examine(runtime.settings)
    assert several.state == "note"
    assert str(older) in several.says


def test_doctor_says_whom_a_contract_waits_for() -> None:
    older = RunningProcess("web1", "web", 7, "one", "0033_narrow")
    (waits,) = doctor_releases.waiting_for([CONTRACT], [older])
    assert waits.says.startswith(f"9000_less must wait until these have ended: {older}")
    (ripe,) = doctor_releases.waiting_for([CONTRACT], [replace(older, schema="9000_less")])
    assert "`flask --app app db migrate --contract`" in ripe.says
