"""`flask postman …`: who carries articles."""

from __future__ import annotations

import click
from flask import current_app
from flask.cli import AppGroup

from postal import people
from runtime import Runtime
from store import phone as phones

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
    """Adds a postman."""
    runtime: Runtime = current_app.extensions["dakiya"]
    try:
        number = phones.read(phone)
        made = runtime.database.run(
            lambda conn: people.add_postman(conn, staff_id, name, number, office_pin, pin)
        )
    except (people.UnknownOffice, people.StaffIdTaken, people.PhoneTaken, ValueError) as refused:
        raise click.ClickException(str(refused)) from refused
    click.echo(f"{made.name} ({made.staff_id}) of {made.office} {made.office_pin} is added")
