"""`flask doctor`: the checks of this installation."""

from __future__ import annotations

import sys

import click
from flask import Flask

from web.operations.doctor import examine

_MARKS = {"ok": "ok   ", "wrong": "WRONG", "note": "     "}


def asked() -> bool:
    """Tell whether this is `flask … doctor`, which runs without valid settings."""
    return "doctor" in sys.argv[1:]


def patient() -> Flask:
    """Return an application with this command alone: no settings were read for it."""
    app = Flask("dakiya")
    app.cli.add_command(doctor)
    return app


@click.command("doctor")
def doctor() -> None:
    """Check settings, keys, clocks, servers, carriers and DLT; exit code 1 if any is wrong."""
    wrong = 0
    for finding in examine():
        wrong += finding.state == "wrong"
        click.echo(f"{_MARKS[finding.state]}  {finding.what}: {finding.says}")
    if wrong:
        raise click.ClickException(f"things that are wrong: {wrong}")
    click.echo("nothing is wrong")
