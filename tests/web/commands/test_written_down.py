"""What an operator does at the server stands in the access log, as what is done on the pages."""

from __future__ import annotations

import click
import pytest
from flask import Flask

from runtime import Runtime
from store.database import Database
from tests.rigs.desk import PASSWORD, add

SECRETS = (PASSWORD, "fifteen letters!", "4821", "7305")
# In this order; each changes something, and its line says to whom or what.
DONE: tuple[tuple[str, str], ...] = (
    ("staff add --staff-id 9001 --name Asha --role clerk --office-pin 273303", "9001, clerk"),
    ("staff phone 9001 9839555111", "9001, named"),
    ("staff phone 9001", "9001, none"),
    ("staff unlock 9001", "9001"),
    ("staff second-factor 9001", "9001"),
    ("staff number 9001", "9001"),
    ("staff end 9001", "9001"),
    ("staff account-office 273304 273303", "273304 at 273303"),
    ("token create counter --scope articles:read --expires 30", "counter, 30 days, articles:read"),
    ("token renew counter --expires 40", "counter, 40 days"),
    ("token revoke counter", "counter"),
    ("postman add --staff-id GKP1 --name Ram --phone 9839012345 --office-pin 273303", "GKP1 of"),
    ("postman phone GKP1 9839012346", "GKP1"),
    ("postman block GKP1", "GKP1"),
    ("keys rotate", "codes-"),
    ("herd warn 273303", "273303"),
)
TYPED = {
    "staff add": ["--password", PASSWORD],
    "postman add": ["--pin", "4821"],
}  # what would be asked for


@pytest.fixture
def other_office(runtime: Runtime) -> None:
    with runtime.database.transaction() as conn:
        conn.execute(
            "INSERT INTO offices (name, pin, branch_type, district)"
            " VALUES ('Nautanwa', '273304', 'sub', 'Maharajganj')"
        )


@pytest.mark.usefixtures("other_office", "player")
def test_what_is_done_at_the_server_is_written_down(
    app: Flask, runtime: Runtime, owner: Database
) -> None:
    flask = app.test_cli_runner()
    for typed, says in DONE:
        arguments = typed.split()
        name = " ".join(arguments[:2])
        done = flask.invoke(args=[*arguments, *TYPED.get(name, [])])
        assert done.exit_code == 0, done.output
        lines = _taken(owner)
        assert len(lines) == 1, f"{name}: {lines}"
        operator, what, reason = lines[0]
        assert operator
        assert what == "acted"
        assert reason.startswith(f"{name}: {says}")
        assert not [each for each in SECRETS if each in reason]
    add(runtime, "9002", "clerk")
    for name, secret in (("staff password", "fifteen letters!"), ("postman pin", "7305")):
        whose = "9002" if name.startswith("staff") else "GKP1"
        option = "--password" if name.startswith("staff") else "--pin"
        assert flask.invoke(args=[*name.split(), whose, option, secret]).exit_code == 0
        assert [line[2] for line in _taken(owner)] == [f"{name}: {whose}"]
    refused = flask.invoke(args=["staff", "end", "nobody"])
    assert refused.exit_code == 1
    assert _taken(owner) == [], "what was refused is no act"


def test_no_command_of_accounts_is_left_out(app: Flask) -> None:
    tried = {" ".join(typed.split()[:2]) for typed, _ in DONE} | {"staff password", "postman pin"}
    only_shown = {"staff list", "staff rights", "token list", "token log"}
    there = {
        f"{group} {name}"
        for group in ("staff", "token", "postman")
        for name in _group(app, group).commands
    }
    assert there - tried - only_shown == set()


def _group(app: Flask, name: str) -> click.Group:
    found = app.cli.commands[name]
    assert isinstance(found, click.Group)
    return found


def _taken(owner: Database) -> list[tuple[str, str, str]]:
    """The lines of the log, which are taken away."""
    with owner.transaction() as conn:
        found = conn.execute("SELECT operator, what, reason FROM access_log ORDER BY id").fetchall()
        conn.execute("DELETE FROM access_log")
    return found
