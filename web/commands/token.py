"""`flask token …`: the tokens of the API."""

from __future__ import annotations

from datetime import datetime, timedelta

import click
from flask.cli import AppGroup

from india.calendar import day_of
from postal.people import token_log, tokens
from postal.people.tokens import Token, TokenGrant
from store.database import Conn
from web import running
from web.api.engine import scopes
from web.commands import operator
from web.commands.refusals import refusals_shown

token = AppGroup("token", help="Bearer tokens of the API.")

_days = click.option(
    "--expires",
    type=click.IntRange(1, tokens.LONGEST_LIFE.days),
    default=tokens.LIFE.days,
    show_default=True,
    help="Days until it is refused.",
)


@token.command("create")
@click.argument("name")
@click.option(
    "--scope",
    "wanted",
    multiple=True,
    help=f"What it may do, several times if need be: {', '.join(scopes.SCOPES)}; each alone or"
    " with :read or :write. Without: everything.",
)
@click.option(
    "--office",
    "offices",
    multiple=True,
    help="The PIN of an office that it acts for, several times if need be. Without: every office.",
)
@_days
@click.option(
    "--rate",
    type=click.IntRange(1, 1_000_000),
    help="Calls a minute, of which half may come at once. Without: as many as it likes.",
)
def create(
    name: str, wanted: tuple[str, ...], offices: tuple[str, ...], expires: int, rate: int | None
) -> None:
    """Make a token called NAME and print it on the last line; it is shown only once."""
    now = running.runtime().now()
    with refusals_shown():
        grant = TokenGrant(
            scopes=scopes.read(wanted) if wanted else None,
            office_pins=offices or None,
            life=timedelta(days=expires),
            calls_a_minute=rate,
        )

        def work(conn: Conn) -> str:
            made = tokens.create(conn, name, grant, now)
            operator.note(conn, f"{name}, {expires} days, {_granted(grant)}")
            return made

        made = running.runtime().database.run(work)
    click.echo("Keep it: it is not stored and cannot be shown again.", err=True)
    click.echo(made)


@token.command("renew")
@click.argument("name")
@_days
def renew(name: str, expires: int) -> None:
    """Let the token called NAME hold longer, from today; it stays the same."""
    now, life = running.runtime().now(), timedelta(days=expires)

    def work(conn: Conn) -> datetime:
        until = tokens.renew(conn, name, life, now)
        operator.note(conn, f"{name}, {expires} days")
        return until

    with refusals_shown():
        until = running.runtime().database.run(work)
    click.echo(f"{name} holds until {until:%Y-%m-%d %H:%M} UTC")


@token.command("list")
def show() -> None:
    """List all tokens by name, what each may do and when it was used; never the tokens."""
    with running.runtime().database.transaction() as conn:
        for one in tokens.listed(conn):
            parts = (
                one.name,
                f"made {one.created_at:%Y-%m-%d %H:%M} UTC",
                _state(one, running.runtime().now()),
                _used(token_log.last_use(conn, one.id)),
                *_limits(conn, one),
            )
            click.echo("\t".join(parts))


@token.command("log")
@click.argument("name")
@click.option("--days", type=click.IntRange(1, 366), default=30, show_default=True)
@click.option(
    "--lines", type=click.IntRange(0, 10_000), default=50, show_default=True, help="Changes, newest"
)
def log(name: str, days: int, lines: int) -> None:
    """Tell what the token called NAME did: changes one by one, then all calls by day."""
    since = day_of(running.runtime().now()) - timedelta(days=days - 1)
    with refusals_shown(), running.runtime().database.transaction() as conn:
        found = tokens.named(conn, name)
        for call in reversed(token_log.calls(conn, found.id, lines)):
            click.echo(
                f"{call.at:%Y-%m-%d %H:%M:%S} UTC\t{call.operation}\t{call.path}"
                f"\trequest {call.request_id}"
            )
        for use in token_log.uses(conn, found.id, since):
            click.echo(
                f"{use.day}\t{use.operation}\t{use.status}\t{use.calls} calls"
                f"\tlast {use.last_at:%H:%M} UTC"
            )
        if token_log.last_use(conn, found.id) is None:
            click.echo(f"{name} was never used")


@token.command("revoke")
@click.argument("name")
def revoke(name: str) -> None:
    """End the token called NAME at once."""

    def work(conn: Conn) -> bool:
        ended = tokens.revoke(conn, name)
        if ended:
            operator.note(conn, name)
        return ended

    if not running.runtime().database.run(work):
        raise click.ClickException(str(tokens.UnknownToken(name)))
    click.echo(f"{name} is revoked")


def _granted(grant: TokenGrant) -> str:
    """Return what a token may do, in the words of the options."""
    may = "every scope" if grant.scopes is None else ", ".join(grant.scopes)
    where = "every office" if grant.office_pins is None else ", ".join(grant.office_pins)
    return f"{may}, {where}"


def _state(one: Token, now: datetime) -> str:
    if one.revoked_at:
        return f"revoked {one.revoked_at:%Y-%m-%d %H:%M}"
    if one.expired(now):
        return f"expired {one.expires_at:%Y-%m-%d %H:%M}"
    return f"holds until {one.expires_at:%Y-%m-%d}"


def _used(at: datetime | None) -> str:
    return f"used {at:%Y-%m-%d %H:%M}" if at else "never used"


def _limits(conn: Conn, one: Token) -> list[str]:
    """Return what a token is limited to; nothing for one that may do everything."""
    found = [] if one.scopes is None else [f"may {', '.join(one.scopes)}"]
    if one.offices is not None:
        found.append(f"for {', '.join(tokens.pins_of(conn, one))}")
    if one.calls_a_minute is not None:
        found.append(f"{one.calls_a_minute} calls a minute")
    return found
