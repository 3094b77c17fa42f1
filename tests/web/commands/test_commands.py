"""`flask token`, `flask postman`, `flask herd`, `flask db`: what an operator types."""

from __future__ import annotations

from dataclasses import replace

import pytest
from flask import Flask
from flask.testing import FlaskCliRunner

from postal.people import tokens
from runtime import Runtime
from store import migrate
from store.database import Database
from tests.rigs.transcript import Player

_POSTMAN = ["postman", "add", "--staff-id", "GKP-1", "--name", "Ram Milan", "--pin", "4821"]


@pytest.fixture
def flask(app: Flask) -> FlaskCliRunner:
    return app.test_cli_runner()


def _office(runtime: Runtime) -> None:
    with runtime.database.transaction() as conn:
        conn.execute(
            "INSERT INTO offices (name, pin, branch_type, district)"
            " VALUES ('Gorakhpur', '273001', 'head', 'Gorakhpur')"
        )


def test_a_token_is_alone_on_the_last_line_and_holds_until_revoked(
    runtime: Runtime, flask: FlaskCliRunner
) -> None:
    made = flask.invoke(args=["token", "create", "counter software"])
    token = made.output.splitlines()[-1]
    assert made.exit_code == 0
    assert runtime.database.run(lambda conn: tokens.identify(conn, token)) is not None
    assert token not in flask.invoke(args=["token", "list"]).output
    assert flask.invoke(args=["token", "revoke", "counter software"]).exit_code == 0
    assert runtime.database.run(lambda conn: tokens.identify(conn, token)) is None
    assert "revoked" in flask.invoke(args=["token", "list"]).output


def test_a_taken_name_is_refused(flask: FlaskCliRunner) -> None:
    flask.invoke(args=["token", "create", "counter"])
    again = flask.invoke(args=["token", "create", "counter"])
    assert again.exit_code == 1
    assert "choose another name" in again.output


@pytest.mark.parametrize("typed", ["token revoke x", "token list", "directory load", "staff list"])
def test_a_database_that_is_away_is_one_line_without_its_address(
    app: Flask, runtime: Runtime, typed: str
) -> None:
    away = Database("postgresql://127.0.0.1:1/secret", 1, wait=0.2)
    away.open()
    app.extensions["dakiya"] = replace(runtime, database=away)
    answer = app.test_cli_runner().invoke(args=typed.split())
    away.close()
    assert answer.exit_code == 1
    assert isinstance(answer.exception, SystemExit), answer.exception
    assert "flask --app app doctor" in answer.output
    assert "secret" not in answer.output


def test_revoking_what_is_not_there_is_refused(flask: FlaskCliRunner) -> None:
    refused = flask.invoke(args=["token", "revoke", "nobody"])
    assert refused.exit_code == 1
    assert "no token called nobody" in refused.output


def test_a_postman_is_added_by_any_notation_of_his_number(
    runtime: Runtime, flask: FlaskCliRunner
) -> None:
    _office(runtime)
    added = flask.invoke(args=[*_POSTMAN, "--phone", "98390 12345", "--office-pin", "273001"])
    assert added.exit_code == 0, added.output
    assert "Gorakhpur 273001" in added.output
    with runtime.database.transaction() as conn:
        assert conn.execute("SELECT staff_id, phone FROM staff").fetchall() == [
            ("GKP-1", "+919839012345")
        ]


@pytest.mark.parametrize(
    ("phone", "office", "says"),
    [
        ("12345", "273001", "9839012345 or +919839012345"),
        ("9839012345", "110001", "no office with the PIN 110001"),
    ],
)
def test_a_postman_who_cannot_be_added_is_refused(
    runtime: Runtime, flask: FlaskCliRunner, phone: str, office: str, says: str
) -> None:
    _office(runtime)
    refused = flask.invoke(args=[*_POSTMAN, "--phone", phone, "--office-pin", office])
    assert refused.exit_code == 1
    assert says in refused.output


def test_migrating_a_database_that_is_up_to_date_changes_nothing(flask: FlaskCliRunner) -> None:
    done = flask.invoke(args=["db", "migrate"])
    assert done.exit_code == 0
    assert "the database is at" in done.output


def test_a_database_that_is_older_than_the_release_is_said(
    flask: FlaskCliRunner, owner: Database
) -> None:
    done = flask.invoke(args=["db", "version"])
    assert (done.exit_code, done.output) == (0, f"at {migrate.newest()}\n")
    first = migrate.shipped()[0].revision
    set_to = "UPDATE alembic_version SET version_num = %s"
    with owner.transaction() as conn:
        conn.execute(set_to, [first])
    try:
        done = flask.invoke(args=["db", "version"])
    finally:
        with owner.transaction() as conn:
            conn.execute(set_to, [migrate.newest()])
    assert done.exit_code == 1
    assert f"the database is at {first}, this code needs {migrate.newest()}: run" in done.output


def test_the_help_desk_warns_a_pin_once_a_day(player: Player, flask: FlaskCliRunner) -> None:
    for line in (
        "postman 1001 +919839000001",
        "article EU123456785IN to +919876500001 en",
        "list 1001: EU123456785IN",
    ):
        player.step(line)
    assert flask.invoke(args=["herd", "warn", "273303"]).exit_code == 0
    (warned,) = player.drain()
    assert warned.startswith("+919876500001 < ")
    assert "Beware" in warned
    again = flask.invoke(args=["herd", "warn", "273303"])
    assert again.exit_code == 1
    assert "already" in again.output
    assert player.drain() == []
    assert "no PIN" in flask.invoke(args=["herd", "warn", "27330"]).output
