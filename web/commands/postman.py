"""`flask postman …`: those who carry articles."""

from __future__ import annotations

import click
from flask.cli import AppGroup

from conversation import postmen
from india import phone as phones
from outbox.wake import wake
from postal.acts import handsets
from postal.people import people, pins
from postal.people.people import Postman
from store.database import Conn
from web import running
from web.commands import operator
from web.commands.refusals import refusals_shown

postman = AppGroup("postman", help="Postmen.")


@postman.command("add")
@click.option("--staff-id", required=True)
@click.option("--name", required=True)
@click.option("--phone", required=True, help="The telephone that his texts come from.")
@click.option("--office-pin", required=True, help="PIN code of his delivery office.")
@click.option(
    "--pin",
    required=True,
    prompt=True,
    hide_input=True,
    help="His secret of 4 to 6 digits; asked for where it is not given.",
)
def add(staff_id: str, name: str, phone: str, office_pin: str, pin: str) -> None:
    """Add a postman."""
    runtime = running.runtime()
    with refusals_shown():
        number = phones.read(phone)

        def work(conn: Conn) -> Postman:
            made = people.add_postman(conn, staff_id, name, number, office_pin, pin)
            operator.note(conn, f"{staff_id} of {office_pin}", phone=number)
            return made

        made = runtime.database.run(work)
    click.echo(f"{made.name} ({made.staff_id}) of {made.office} {made.office_pin} is added")


@postman.command("phone")
@click.argument("staff_id")
@click.argument("phone")
def name_phone(staff_id: str, phone: str) -> None:
    """Name PHONE as the new telephone of STAFF_ID: it is asked for his PIN by text."""
    runtime = running.runtime()
    with refusals_shown():
        number = phones.read(phone)

        def work(conn: Conn) -> None:
            postmen.name_phone(runtime, conn, staff_id, number)
            operator.note(conn, staff_id, phone=number)

        runtime.database.run(work)
    wake(runtime.redis)
    click.echo(f"{phones.masked(number)} is asked for the PIN of {staff_id}")


@postman.command("block")
@click.argument("staff_id")
def block(staff_id: str) -> None:
    """Block the lost telephone of STAFF_ID at once. `flask postman phone` names another."""
    runtime = running.runtime()

    def work(conn: Conn) -> int:
        killed = handsets.block(conn, staff_id, runtime.now())
        operator.note(conn, staff_id)
        return killed

    with refusals_shown():
        killed = runtime.database.run(work)
    click.echo(f"the telephone of {staff_id} is blocked; {killed} codes died with it")


@postman.command("pin")
@click.argument("staff_id")
@click.option("--pin", required=True, prompt=True, hide_input=True, help="4 to 6 digits.")
def set_pin(staff_id: str, pin: str) -> None:
    """Set a new PIN for STAFF_ID; a lock after wrong ones ends."""
    runtime = running.runtime()

    def work(conn: Conn) -> None:
        pins.set_pin(conn, staff_id, pin)
        operator.note(conn, staff_id)

    with refusals_shown():
        runtime.database.run(work)
    click.echo(f"{staff_id} has a new PIN")
