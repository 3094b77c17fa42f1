"""`flask token …`: the tokens of the API."""

from __future__ import annotations

import click
from flask.cli import AppGroup

from postal.people import tokens
from web import running
from web.commands.refusals import refusals_shown

token = AppGroup("token", help="Bearer tokens of the API.")


@token.command("create")
@click.argument("name")
def create(name: str) -> None:
    """Make a token called NAME and print it on the last line; it is shown only once."""
    with refusals_shown():
        made = running.runtime().database.run(lambda conn: tokens.create(conn, name))
    click.echo("Keep it: it is not stored and cannot be shown again.", err=True)
    click.echo(made)


@token.command("list")
def show() -> None:
    """List all tokens by name; never the tokens themselves."""
    for one in running.runtime().database.run(tokens.listed):
        ended = f"revoked {one.revoked_at:%Y-%m-%d %H:%M}" if one.revoked_at else "holds"
        click.echo(f"{one.name}\tmade {one.created_at:%Y-%m-%d %H:%M} UTC\t{ended}")


@token.command("revoke")
@click.argument("name")
def revoke(name: str) -> None:
    """End the token called NAME at once."""
    if not running.runtime().database.run(lambda conn: tokens.revoke(conn, name)):
        raise click.ClickException(f"no token called {name} holds: see `flask token list`")
    click.echo(f"{name} is revoked")
