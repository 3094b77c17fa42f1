"""`flask staff …`: the accounts of the desk and the counter."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click
from flask.cli import AppGroup

from conversation.accounts import set_phone
from india import phone as phones
from outbox.wake import wake
from postal.people import accounts, pins
from store.database import Conn
from web import running
from web.commands.refusals import refusals_shown

staff = AppGroup("staff", help="Accounts of the desk and the counter.")

_password = click.option(
    "--password",
    required=True,
    prompt=True,
    hide_input=True,
    confirmation_prompt=True,
    help=f"At least {accounts.SHORTEST_PASSWORD} characters; asked for where it is not given.",
)


@staff.command("add")
@click.option("--staff-id", required=True)
@click.option("--name", required=True)
@click.option("--role", required=True, type=click.Choice(accounts.ROLES))
@click.option("--office-pin", required=True, help="PIN code of the office.")
@click.option("--phone", default="", help="The telephone that is texted about the account.")
@_password
def add(
    staff_id: str, name: str, role: accounts.Role, office_pin: str, phone: str, password: str
) -> None:
    """Add an account; its second factor is set up at the first sign-in."""
    runtime = running.runtime()

    def work(conn: Conn) -> None:
        number = phones.read(phone) if phone else None
        accounts.add(conn, staff_id, name, role, office_pin, password)
        if number is not None:
            set_phone(runtime, conn, staff_id, number)

    _do(work)
    wake(runtime.redis)
    click.echo(f"{name} ({staff_id}, {role}) may sign in at /desk")


@staff.command("password")
@click.argument("staff_id")
@_password
def password(staff_id: str, password: str) -> None:
    """Set another password for STAFF_ID; a lock ends, and so does every sign-in."""
    now = running.runtime().now()
    _do(lambda conn: accounts.set_password(conn, staff_id, password, now))
    click.echo(f"{staff_id} has a new password")


@staff.command("phone")
@click.argument("staff_id")
@click.argument("phone", required=False)
def phone(staff_id: str, phone: str | None) -> None:
    """Text news of the account of STAFF_ID to PHONE; without one to nobody. Both are told."""
    runtime = running.runtime()
    number: str | None = None

    def work(conn: Conn) -> None:
        nonlocal number
        number = phones.read(phone) if phone else None
        set_phone(runtime, conn, staff_id, number)

    _do(work)
    wake(runtime.redis)
    where = f"goes to {phones.masked(number)}" if number else "is on the pages alone"
    click.echo(f"news of the account of {staff_id} {where}")


@staff.command("unlock")
@click.argument("staff_id")
def unlock(staff_id: str) -> None:
    """Forget the wrong tries at the account of STAFF_ID, wherever they came from."""
    _do(lambda conn: accounts.unlock(conn, staff_id))
    click.echo(f"{staff_id} may try again, from everywhere")


@staff.command("second-factor")
@click.argument("staff_id")
def second_factor(staff_id: str) -> None:
    """Let STAFF_ID, without telephone and recovery codes, set up a new second factor."""
    now = running.runtime().now()
    _do(lambda conn: accounts.forget_second_factor(conn, staff_id, now))
    click.echo(f"{staff_id} sets up a new second factor at the next sign-in")


@staff.command("end")
@click.argument("staff_id")
def end(staff_id: str) -> None:
    """End the account of STAFF_ID at once."""
    now = running.runtime().now()
    _do(lambda conn: accounts.end(conn, staff_id, now))
    click.echo(f"{staff_id} signs in no more")


@staff.command("list")
def listed() -> None:
    """List all accounts that may sign in."""
    with running.runtime().database.transaction() as conn:
        found = accounts.listed(conn)
    for each in found:
        factor = "second factor set up" if each.enrolled else "not signed in yet"
        click.echo(f"{each.staff_id:<12} {each.role:<14} {each.name}, {each.office}; {factor}")
    if not found:
        click.echo("nobody yet: flask --app app staff add --help")


@staff.command("number")
@click.argument("staff_id")
def number(staff_id: str) -> None:
    """Print the number that STAFF_ID's authenticator shows now. Not in production."""
    runtime = running.runtime()
    if runtime.settings.production:
        raise click.ClickException("in production only the telephone of its owner shows it")
    with runtime.database.transaction() as conn:
        found = next((each for each in accounts.listed(conn) if each.staff_id == staff_id), None)
        if found is None:
            raise click.ClickException(str(pins.UnknownStaff(staff_id)))
        totp = accounts.totp(conn, found.id, runtime.keys)
    click.echo(totp.at(runtime.now()))


def _do(work: Callable[[Conn], Any]) -> None:
    with refusals_shown():
        running.runtime().database.run(work)
