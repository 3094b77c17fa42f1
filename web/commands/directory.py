"""`flask directory …`: the directory of India's PINs."""

from __future__ import annotations

import click
from flask.cli import AppGroup

from postal.counter import directory as pin_directory
from postal.counter.directory_load import load
from postal.counter.post_offices import NoDirectory
from web import running

directory = AppGroup("directory", help="The directory of PINs.")


@directory.command("load")
@click.option("--if-missing", is_flag=True, help="Only where there is none yet.")
def load_directory(if_missing: bool) -> None:
    """Load the directory from the file of post offices. Again changes nothing."""
    runtime = running.runtime()
    if if_missing:
        with runtime.database.transaction() as conn:
            if pin_directory.is_loaded(conn):
                click.echo("the directory is there")
                return
    try:
        count = runtime.database.run(load)
    except NoDirectory as problem:
        raise click.ClickException(str(problem)) from problem
    click.echo(f"the directory has {count} PINs")
