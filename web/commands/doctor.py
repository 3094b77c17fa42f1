"""`flask doctor`: what is wrong with this installation."""

from __future__ import annotations

import sys

import click
from flask import Flask

from web.operations.doctor import examine

_MARKS = {"ok": "ok   ", "wrong": "WRONG", "note": "     "}


def asked() -> bool:
    """Whether this process was started as `flask … doctor`, which runs where nothing else can."""
    return "doctor" in sys.argv[1:]


def patient() -> Flask:
    """An application that can do nothing but be examined: no settings were read for it."""
    app = Flask("dakiya")
    app.cli.add_command(doctor)
    return app


@click.command("doctor")
def doctor() -> None:
    """Checks settings, keys, clocks, servers, carriers and DLT; exit code 1 if any is wrong."""
    wrong = 0
    for finding in examine():
        wrong += finding.state == "wrong"
        click.echo(f"{_MARKS[finding.state]}  {finding.what}: {finding.says}")
    if wrong:
        raise click.ClickException(f"things that are wrong: {wrong}")
    click.echo("nothing is wrong")
