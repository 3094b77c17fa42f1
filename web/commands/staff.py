"""`flask staff …`: the accounts of the desk and the counter."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import click
from flask.cli import AppGroup

from conversation.accounts import set_phone
from india import phone as phones
from outbox.wake import wake
from postal.people import accounts, authenticator, offices, passwords, people, pins
from postal.people.accounts import ROLES
from postal.people.rights import RIGHTS
from store.database import Conn
from web import running
from web.commands import operator
from web.commands.refusals import refusals_shown

MARKS: Final = ("<!-- who may what -->", "<!-- so far who may what -->")
"""Between these the table stands in docs/desk.md."""

staff = AppGroup("staff", help="Accounts of the desk and the counter.")

_password = click.option(
    "--password",
    required=True,
    prompt=True,
    hide_input=True,
    confirmation_prompt=True,
    help=f"At least {passwords.SHORTEST_PASSWORD} characters; asked for where it is not given.",
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
        operator.note(conn, f"{staff_id}, {role} of {office_pin}", phone=number)

    _do(work)
    wake(runtime.redis)
    click.echo(f"{name} ({staff_id}, {role}) may sign in at /desk")


@staff.command("password")
@click.argument("staff_id")
@_password
def password(staff_id: str, password: str) -> None:
    """Set another password for STAFF_ID; a lock ends, and so does every sign-in."""
    now = running.runtime().now()

    def work(conn: Conn) -> None:
        accounts.set_password(conn, staff_id, password, now)
        operator.note(conn, staff_id)

    _do(work)
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
        operator.note(conn, f"{staff_id}, {'named' if number else 'none'}", phone=number)

    _do(work)
    wake(runtime.redis)
    where = f"goes to {phones.masked(number)}" if number else "is on the pages alone"
    click.echo(f"news of the account of {staff_id} {where}")


@staff.command("unlock")
@click.argument("staff_id")
def unlock(staff_id: str) -> None:
    """Forget the wrong tries at the account of STAFF_ID, wherever they came from."""

    def work(conn: Conn) -> None:
        accounts.unlock(conn, staff_id)
        operator.note(conn, staff_id)

    _do(work)
    click.echo(f"{staff_id} may try again, from everywhere")


@staff.command("second-factor")
@click.argument("staff_id")
def second_factor(staff_id: str) -> None:
    """Let STAFF_ID, without telephone and recovery codes, set up a new second factor."""
    now = running.runtime().now()

    def work(conn: Conn) -> None:
        accounts.forget_second_factor(conn, staff_id, now)
        operator.note(conn, staff_id)

    _do(work)
    click.echo(f"{staff_id} sets up a new second factor at the next sign-in")


@staff.command("end")
@click.argument("staff_id")
def end(staff_id: str) -> None:
    """End the account of STAFF_ID at once."""
    now = running.runtime().now()

    def work(conn: Conn) -> None:
        accounts.end(conn, staff_id, now)
        operator.note(conn, staff_id)

    _do(work)
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
        totp = authenticator.totp(conn, found.id, runtime.keys)
        operator.note(conn, staff_id)
    click.echo(totp.at(runtime.now()))


@staff.command("account-office")
@click.argument("office_pin")
@click.argument("account_pin")
def account_office(office_pin: str, account_pin: str) -> None:
    """Let the main office of ACCOUNT_PIN keep the accounts of that of OFFICE_PIN."""

    def work(conn: Conn) -> None:
        office_id, _ = people.office_of(conn, office_pin)
        offices.set_account_office(conn, office_id, people.office_of(conn, account_pin)[0])
        operator.note(conn, f"{office_pin} at {account_pin}")

    _do(work)
    click.echo(f"where {office_pin} has one hand alone, the second sits at {account_pin}")


@staff.command("rights")
@click.option(
    "--into",
    type=click.Path(dir_okay=False, exists=True, path_type=Path),
    default=Path("docs/desk.md"),
    show_default=True,
    help="The page in which the table is written.",
)
def table_of_rights(into: Path) -> None:
    """Write the table of who may what, from postal/people/rights.py."""
    page, (begin, end) = into.read_text(encoding="utf-8"), MARKS
    if begin not in page or end not in page:
        raise click.ClickException(f"{into} has no place for it: {begin} … {end}")
    before, after = page.split(begin)[0], page.split(end)[1]
    into.write_text(f"{before}{begin}\n\n{rights_table()}\n{end}{after}", encoding="utf-8")
    click.echo(str(into))


def rights_table() -> str:
    """Return the table of rights, in Markdown."""
    where = {"own": "own office", "district": "every office", None: ""}
    needs = {"session": "", "fresh": "a fresh second factor"}
    lines = [f"| act | {' | '.join(ROLES)} | takes |", f"|---|{'---|' * (len(ROLES) + 1)}"]
    for right in RIGHTS.values():
        cells = [where[right.who.get(role)] for role in ROLES]
        takes = needs.get(right.needs) or ""
        if right.needs == "two":
            takes = "two people; the second: " + ", ".join(
                f"{role} ({where[reach]})" for role, reach in right.second.items()
            )
        lines.append(f"| {right.what} | {' | '.join(cells)} | {takes} |")
    return "\n".join(lines) + "\n"


def _do(work: Callable[[Conn], Any]) -> None:
    with refusals_shown():
        running.runtime().database.run(work)
