"""`flask messages review`: all that we say, as a sheet for a native reader; his corrections."""

from __future__ import annotations

import csv
import os
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import click
from flask.cli import with_appcontext

from messages import catalogue as texts_of
from messages import dlt, review
from messages import screens as screens_of
from messages import speech as speech_of
from messages.catalogue import CatalogueError
from messages.check import check
from messages.review import NoSuchPlace, ReturnedSheet, SheetPlace, Value, WordsCorrected
from messages.segments import count

MESSAGES: Final = Path(texts_of.__file__).parent
_FOLDERS: Final = ("catalogue", "screens", "speech")
_LARGEST: Final = 4_000_000  # bytes of a sheet


@click.command("review")
@with_appcontext
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option(
    "--read", "reads", is_flag=True, help="Read a sheet that came back, print what differs."
)
@click.option(
    "--apply", "applies", is_flag=True, help="With --read: change the files, if all is well."
)
@click.option(
    "--sensitive",
    is_flag=True,
    help="Take corrections of the warning and of spoken digits, too: read them twice.",
)
@click.option(
    "--folder", type=click.Path(exists=True, file_okay=False, path_type=Path), default=MESSAGES,
    help="Another copy of the folder `messages`; default: the one in use.",
)  # fmt: skip
def review_texts(file: Path, reads: bool, applies: bool, sensitive: bool, folder: Path) -> None:
    """Write everything we say to FILE (.csv, or .tsv), with columns for what it should be.

    It opens in a spreadsheet. What is filled in is read back by --read, compared, and checked as
    `messages check` does: segments, variables, warning. --apply changes the files only where
    everything holds, and nothing otherwise.
    """
    if applies and not reads:
        raise click.UsageError("--apply needs --read")
    if not reads:
        lines = review.sheet(*_read(folder))
        _write(file, [review.HEADINGS, *(line.cells for line in lines)])
        click.echo(f"{len(lines)} lines in {file}")
        return
    texts, screens, spoken = _read(folder)
    found = review.returned(review.sheet(texts, screens, spoken), _rows(file))
    _print(found)
    made = review.changes(found.corrections, texts, spoken)
    with tempfile.TemporaryDirectory() as copy:
        tried = Path(copy)
        for name in _FOLDERS:
            shutil.copytree(folder / name, tried / name)
        withheld = [] if sensitive else review.sensitive(found.corrections)
        problems = [*found.refused, *withheld, *_change(tried, made)]
        again = set() if problems else set(dlt.changed(_read(tried)[0]))
        problems += [] if problems else [each for each in _checked(tried) if each not in again]
        for problem in problems:
            click.echo(f"problem: {problem}", err=True)
        for each in sorted(again):
            click.echo(f"to be registered anew: {each}")
        if problems:
            raise click.ClickException(f"problems found: {len(problems)}; nothing was changed")
        if not applies:
            click.echo(f"{len(found.corrections)} corrections, no problems; --apply makes them")
            return
        for name in sorted({place.file for place in made}):
            _replace(folder / name, (tried / name).read_text(encoding="utf-8"))
    click.echo(f"{len(found.corrections)} corrections are made")


def _read(folder: Path) -> tuple[Any, Any, Any]:
    try:
        return (
            texts_of.read(folder / "catalogue"),
            screens_of.read(folder / "screens"),
            speech_of.read(folder / "speech"),
        )
    except CatalogueError as error:
        raise click.ClickException(str(error)) from error


def _checked(folder: Path) -> list[str]:
    """Return the problems that `messages check` would name."""
    texts, screens, spoken = _read(folder)
    return [
        *check(texts).problems,
        *screens_of.check(screens)[1],
        *speech_of.check(spoken, texts),
    ]


def _change(folder: Path, made: Mapping[SheetPlace, Value]) -> list[str]:
    """Write the new values into the files of `folder`; return why some could not be."""
    problems = []
    for place, value in made.items():
        path = folder / place.file
        text = path.read_text(encoding="utf-8")
        try:
            path.write_text(review.patched(text, place.section, place.key, value), encoding="utf-8")
        except NoSuchPlace as error:
            problems.append(f"{place.file}: {error}")
    return problems


def _replace(path: Path, text: str) -> None:
    """Write a file so that whoever reads it finds the old words or the new ones."""
    beside = path.with_name(f".{path.name}.new")
    beside.write_text(text, encoding="utf-8")
    shutil.copymode(path, beside)
    os.replace(beside, path)


def _print(found: ReturnedSheet) -> None:
    for each in found.corrections:
        click.echo(f"{each.kind} {each.name}, {each.language}")
        click.echo(f"  - {_shown(each, each.was)}")
        click.echo(f"  + {_shown(each, each.now)}")
    for remark in found.remarks:
        click.echo(f"remark: {remark}")


def _shown(each: WordsCorrected, text: str) -> str:
    plain = text.replace("\n", " ⏎ ")
    return f"{plain} ({count(text).segments})" if each.kind == "text" else plain


def _dialect(file: Path) -> str:
    return "excel-tab" if file.suffix.lower() == ".tsv" else "excel"


def _write(file: Path, rows: list[tuple[str, ...]]) -> None:
    # With a mark at its beginning, or spreadsheets take Hindi for another alphabet.
    with file.open("w", encoding="utf-8-sig", newline="") as sheet:
        csv.writer(sheet, _dialect(file)).writerows(rows)


def _rows(file: Path) -> list[dict[str, str]]:
    """Return the rows of a sheet that came back. Raises `click.ClickException`."""
    try:
        if file.stat().st_size > _LARGEST:
            raise click.ClickException(f"{file} is no such sheet: it is too long")
        with file.open(encoding="utf-8-sig", newline="") as sheet:
            read = csv.DictReader(sheet, dialect=_dialect(file), restval="", restkey="")
            rows = [
                {str(name): str(cell) for name, cell in row.items() if isinstance(cell, str)}
                for row in read
            ]
            missing = set(review.HEADINGS) - set(read.fieldnames or ())
    except OSError as error:
        raise click.FileError(str(file), hint=error.strerror) from error
    except (UnicodeDecodeError, csv.Error) as error:
        raise click.ClickException(f"{file}: save it as UTF-8 ({error})") from error
    if missing:
        raise click.ClickException(
            f"{file} is no such sheet: it lacks {', '.join(sorted(missing))}"
        )
    return rows
