"""The schema: documented in the database, its page current, databases of unknown origin refused."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest
from alembic import command
from alembic.script import ScriptDirectory
from flask import Flask
from flask.testing import FlaskCliRunner
from psycopg import sql

from app import create_app
from embedded.addresses import THROW_AWAY
from embedded.servers import Servers
from runtime import Runtime
from store import migrate
from store.database import Database
from store.schema_page import COMMAND
from tests.conftest import OfWorker

HOUSE = Path(__file__).parent.parent.parent
PAGE = HOUSE / "docs" / "developing" / "schema.md"


@pytest.fixture
def flask(app: Flask) -> FlaskCliRunner:
    return app.test_cli_runner()


@pytest.fixture
def other(addresses: OfWorker) -> Iterator[str]:
    """The URL of an empty database of its own, as its owner."""
    server, _, _ = addresses.owner.rpartition("/")
    name = sql.Identifier(f"schema_{os.getpid()}")
    with psycopg.connect(f"{server}/postgres", autocommit=True) as conn:
        conn.execute(sql.SQL("CREATE DATABASE {}").format(name))
        yield f"{server}/schema_{os.getpid()}"
        conn.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(name))


@pytest.fixture(scope="module")
def var_before_the_release() -> Iterator[Path]:
    """A ./var whose database is at the last revision of the chain before 0.1.0.

    Outside of pytest's directory, which another run closes to PostgreSQL's user when it begins.
    """
    with tempfile.TemporaryDirectory() as var:
        with Servers(Path(var), THROW_AWAY) as servers:
            _at(servers.addresses.owner_url, "0026")
        yield Path(var)


def _at(url: str, revision: str) -> None:
    with psycopg.connect(url) as conn:
        conn.execute("CREATE TABLE IF NOT EXISTS alembic_version (version_num varchar(32))")
        conn.execute("DELETE FROM alembic_version")
        conn.execute("INSERT INTO alembic_version VALUES (%s)", [revision])


def _on(runtime: Runtime, url: str) -> Flask:
    """The application with `url` as its database's."""
    one = dict.fromkeys(("database_url", "database_owner_url", "database_purge_url"), url)
    settings = runtime.settings.model_copy(update=one)
    return create_app(replace(runtime, settings=settings))


# ---- documentation -----------------------------------------------------------------------------


def test_the_committed_page_is_current(flask: FlaskCliRunner, tmp_path: Path) -> None:
    written = flask.invoke(args=["db", "schema", "--into", str(tmp_path / "schema.md")])
    assert written.exit_code == 0, written.output  # every table has a comment that names its room
    if (tmp_path / "schema.md").read_text() != PAGE.read_text():
        pytest.fail(f"{PAGE.relative_to(HOUSE)} is not current: run {COMMAND}", pytrace=False)


@pytest.mark.parametrize("comment", [None, "What is in stock.", "cellar: What is in stock."])
def test_a_table_without_a_comment_that_names_its_room_is_refused(
    runtime: Runtime, other: str, tmp_path: Path, comment: str | None
) -> None:
    with psycopg.connect(other) as conn:
        conn.execute("CREATE TABLE stamps (id bigint)")
        conn.execute(sql.SQL("COMMENT ON TABLE stamps IS {}").format(comment))
    database = Database(other)
    database.open()
    flask = create_app(replace(runtime, database=database)).test_cli_runner()
    refused = flask.invoke(args=["db", "schema", "--into", str(tmp_path / "schema.md")])
    database.close()
    assert refused.exit_code == 1
    assert refused.output.startswith("Error: table stamps: ")
    assert "COMMENT ON TABLE stamps IS '<room>: " in refused.output
    assert not (tmp_path / "schema.md").exists()


# ---- what a database is at ---------------------------------------------------------------------


def test_an_empty_database_gets_the_schema_and_keeps_it(runtime: Runtime, other: str) -> None:
    flask = _on(runtime, other).test_cli_runner()
    at = f"the database is at {migrate.newest()}\n"
    for _ in range(2):
        assert flask.invoke(args=["db", "migrate"]).output == at
    with psycopg.connect(other) as conn:
        assert conn.execute("SELECT count(*) FROM articles").fetchone() == (0,)


def test_rows_from_before_the_digests_are_in_the_chain_of_their_day(
    runtime: Runtime, other: str
) -> None:
    command.upgrade(migrate._config(other), "0001_first")
    with psycopg.connect(other) as conn:
        conn.execute("SET TIME ZONE 'Asia/Kolkata'")
        conn.execute(
            "INSERT INTO events (at, kind, data) VALUES"
            " ('2026-10-01 23:30+05:30', 'desk_acted', '{\"a\": \"\\u0938\", \"n\": null}'),"
            " ('2026-10-02 00:30+05:30', 'desk_acted', '{\"list\": [1, 2.50, {\"deep\": true}]}')"
        )
    app = _on(runtime, other)
    flask = app.test_cli_runner()
    done = flask.invoke(args=["db", "migrate"])
    assert done.exit_code == 0, done.output
    database = Database(other)
    database.open()
    app.extensions["dakiya"] = replace(runtime, database=database)
    with database.transaction() as conn:
        days = conn.execute("SELECT day_written::text FROM events ORDER BY id").fetchall()
    assert days == [("2026-10-01",), ("2026-10-02",)]
    verified = flask.invoke(args=["audit", "verify"])
    assert verified.exit_code == 1
    assert len(re.findall(r"all tables, 2026-10-01 to .*: the day is over", verified.output)) == 1
    assert "events: 2 rows, 2 of days without a seal yet" in verified.output
    sealed = flask.invoke(args=["audit", "seal"])
    assert sealed.exit_code == 0, sealed.output
    verified = flask.invoke(args=["audit", "verify"])
    database.close()
    assert verified.exit_code == 0, verified.output


@pytest.mark.parametrize(
    ("revision", "says"),
    [
        (
            "0001",
            "the database was made before release 0.1.0 (schema 0001) and cannot be carried over:"
            " delete ./var, or drop the database that DATABASE_URL names, and start again",
        ),
        (
            "0026",
            "the database was made before release 0.1.0 (schema 0026) and cannot be carried over:"
            " delete ./var, or drop the database that DATABASE_URL names, and start again",
        ),
        (
            "0009_newer",
            "the database has the schema 0009_newer, which this version of Dakiya does not know:"
            " run the version that made it, or a newer one",
        ),
    ],
)
def test_a_database_of_unknown_origin_is_refused_with_what_to_do(
    runtime: Runtime, other: str, revision: str, says: str
) -> None:
    _at(other, revision)
    refused = _on(runtime, other).test_cli_runner().invoke(args=["db", "migrate"])
    assert (refused.exit_code, refused.output) == (1, f"Error: {says}\n")
    database = Database(other)
    database.open()
    ready = create_app(replace(runtime, database=database)).test_client().get("/readyz")
    database.close()
    assert ready.status_code == 503
    assert ready.get_json()["migrations"] == says


@pytest.mark.parametrize(
    ("command", "begins"),
    [
        ([str(HOUSE / "script" / "serve.py")], "Dakiya cannot start: "),
        (["-m", "flask", "--app", "app", "token", "list"], "Error: "),
    ],
)
def test_whatever_is_started_on_it_says_so_in_one_line(
    var_before_the_release: Path, command: list[str], begins: str
) -> None:
    done = subprocess.run(
        [sys.executable, *command],
        cwd=HOUSE,
        env={**os.environ, "VAR_DIR": str(var_before_the_release), "PORT": "0"},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 1
    assert done.stderr.startswith(f"{begins}the database was made before release 0.1.0")
    assert done.stderr.count("\n") == 1


def test_a_database_without_a_schema_is_told_how_to_get_one(runtime: Runtime, other: str) -> None:
    database = Database(other)
    database.open()
    ready = create_app(replace(runtime, database=database)).test_client().get("/readyz")
    database.close()
    assert ready.get_json()["migrations"] == "none yet: run `flask --app app db migrate`"


def test_revisions_are_named_as_their_files_and_count_up() -> None:
    scripts = ScriptDirectory(str(HOUSE / "store" / "migrations"))
    named = [script.revision for script in scripts.walk_revisions()]  # the newest first
    assert [Path(script.path).stem for script in scripts.walk_revisions()] == named
    assert named == sorted(named, reverse=True)
    assert migrate.newest() == scripts.get_current_head()
