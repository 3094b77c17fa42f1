"""`flask corpus …`: what people write, for those who teach the reading."""

from __future__ import annotations

import json

import click
from flask.cli import AppGroup

from postal.desk import misread
from web import running
from web.commands.operator import reader
from web.commands.personal_file import PersonalFile, PersonalWriter

corpus = AppGroup("corpus", help="Texts for labelling.")


@corpus.command("export")
@click.argument("into", type=PersonalFile(), metavar="FILE")
def export(into: PersonalWriter) -> None:
    """Write the texts that the desk found to be read wrongly as lines of JSON; `-`: here.

    The fields are those of tests/corpus, with `meaning` left to be filled in. Telephones, codes and
    names of staff are masked.
    """
    with running.runtime().database.transaction() as conn:
        rows = misread.export(conn, reader())
    for row in rows:
        into.write(json.dumps(row, ensure_ascii=False) + "\n")
    click.echo(f"{len(rows)} texts", err=True)
