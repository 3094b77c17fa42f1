"""`flask article import FILE`, `flask list import FILE`: a CSV file, imported here or by worker."""

from __future__ import annotations

import sys
import time
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Final

import click
from flask.cli import AppGroup

from imports import file_rows, register
from imports.columns import Kind, heading
from imports.file_rows import Line
from imports.importer import advance
from imports.register import UNDER_WAY, Import
from runtime import Runtime
from web import running
from web.commands import operator
from web.commands.personal_file import open_personal
from web.staff.import_words import bad_rows_head, bad_rows_part, refusal, where, why

_ENGLISH: Final = "en"
_SHOWN: Final = 20  # bad rows on the terminal; all of them go into the file
_AT_ONCE: Final = 1_000
_AGAIN_SECONDS: Final = 0.2

article = AppGroup("article", help="Articles.")
lists = AppGroup("list", help="Delivery lists.")

_file = click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
_good_rows = click.option(
    "--good-rows", is_flag=True, help="Import the good rows without asking; leave out the bad ones."
)
_bad_rows = click.option(
    "--bad-rows",
    type=click.Path(dir_okay=False, writable=True, path_type=Path),
    help="Write the bad rows with their reasons into this CSV file.",
)


@article.command("import")
@_file
@_good_rows
@_bad_rows
def import_articles(file: Path, good_rows: bool, bad_rows: Path | None) -> None:
    """Book the articles of a CSV FILE; their people are told. The same again does nothing twice.

    After an interruption (Ctrl-C, kill) the same FILE goes on where it was; the worker goes on by
    itself with what was started.
    """
    _import("articles", file, good_rows, bad_rows)


@lists.command("import")
@_file
@_good_rows
@_bad_rows
def import_lists(file: Path, good_rows: bool, bad_rows: Path | None) -> None:
    """Make today's delivery lists of a CSV FILE: postman, date, article, in walking order.

    A list is made whole or not at all. The same FILE again does nothing twice.
    """
    _import("lists", file, good_rows, bad_rows)


@article.command("template")
def article_template() -> None:
    """Print the header of a file of articles."""
    click.echo(",".join(heading("articles", _ENGLISH)))


@lists.command("template")
def list_template() -> None:
    """Print the header of a file of lists."""
    click.echo(",".join(heading("lists", _ENGLISH)))


def _import(kind: Kind, file: Path, good_rows: bool, bad_rows: Path | None) -> None:
    runtime = running.runtime()
    most = runtime.settings.import_megabytes
    if file.stat().st_size > most * 2**20:
        raise click.ClickException(f"{file} has more than {most} MB: split it (IMPORT_MEGABYTES)")
    content = file.read_bytes()
    found = runtime.database.run(
        lambda conn: register.receive(conn, content, file.name, operator.doer())
    )
    found = _drive(runtime, found, "checking")
    if found.state == "refused":
        raise click.ClickException(f"{file}: {refusal(found, _ENGLISH)}")
    if found.kind != kind:
        _cancel(runtime, found)
        other = "article" if found.kind == "articles" else "list"
        raise click.ClickException(f"{file} is another kind of file: flask {other} import")
    if found.left_out:
        _show_bad(runtime, found, bad_rows)
    if found.state == "checked":
        if not found.good:
            _cancel(runtime, found)
            if found.left_out:
                raise click.ClickException("no row can be imported; nothing was done")
            click.echo(f"all {found.known} rows were done before; nothing to do")
            return
        if found.left_out and not (good_rows or _agreed(found)):
            _cancel(runtime, found)
            raise click.ClickException(
                f"{found.left_out} of {found.rows} rows cannot be taken; nothing was imported."
                " Mend the file, or take the others with --good-rows"
            )
        found = runtime.database.run(
            lambda conn: register.start(conn, found.id, found.left_out, runtime.now())
        )
    found = _drive(runtime, found, "importing")
    click.echo(
        f"{found.imported} rows imported, {found.left_out} left out,"
        f" {found.known} were done before ({found.state})"
    )


def _drive(runtime: Runtime, found: Import, label: str) -> Import:
    """Import batches here until none is left, beside a worker that may do the same."""
    with click.progressbar(length=100, label=label, file=sys.stderr) as bar:
        while found.state in UNDER_WAY:
            if not advance(runtime, found.id, found.state):
                time.sleep(_AGAIN_SECONDS)
            found = runtime.database.run(partial(register.get, id_=found.id))
            bar.update(found.percent - bar.pos)
        bar.update(100 - bar.pos)
    return found


def _show_bad(runtime: Runtime, found: Import, into: Path | None) -> None:
    with runtime.database.transaction() as conn:
        shown = file_rows.look(conn, found, ("bad",), Line(0, _SHOWN), operator.reader())
    for row in shown:
        for fault in row.faults:
            column = where(fault, found.kind, _ENGLISH)
            click.echo(f"line {row.line}, {column}: {why(fault, found.kind, _ENGLISH)}", err=True)
    if found.bad > len(shown):
        click.echo(f"… and {found.bad - len(shown)} more bad rows: --bad-rows FILE", err=True)
    if found.held:
        click.echo(f"{found.held} good rows stand on lists with bad ones", err=True)
    if into is not None:
        with open_personal(into) as file:
            file.write(bad_rows_head(found, _ENGLISH))
            left = Line(0, _AT_ONCE)
            with runtime.database.transaction() as conn:
                while some := file_rows.export(
                    conn, found, ("bad", "held"), left, operator.reader()
                ):
                    file.write(bad_rows_part(found, some, _ENGLISH))
                    left = Line(some[-1].line, _AT_ONCE)


def _agreed(found: Import) -> bool:
    """Return the answer of the terminal; False without one."""
    if not sys.stdin.isatty():
        return False
    return click.confirm(f"Import {found.good} rows and leave out {found.left_out}?")


def _cancel(runtime: Runtime, found: Import) -> None:
    """Cancel an import that is not continued, which removes its rows."""
    with suppress(register.ImportEnded):
        runtime.database.run(lambda conn: register.cancel(conn, found.id, runtime.now()))
