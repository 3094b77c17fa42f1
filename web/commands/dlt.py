"""`flask messages export-dlt` and `import-dlt`: the texts to register, and their ids."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import click
import tomlkit

from messages import dlt
from messages.catalogue import LANGUAGES, Catalogue, CatalogueError, Language, read
from messages.dlt import Notation, RegistrationLine, ReturnedLine

HOME: Final = Path(__file__).parent.parent.parent / "messages" / "catalogue"
_HEADING: Final = (
    "template name", "template", "language", "template type", "category", "header", "entity id",
    "message type", "template content", "variable tags", "sample message", "template id",
)  # fmt: skip
# The columns of portals' files, by the words of their headings.
_COLUMNS: Final[Mapping[str, tuple[str, ...]]] = {
    "name": ("template name", "templatename"),
    "template_id": ("template id", "templateid", "content template id"),
    "content": ("template content", "content", "template message"),
    "status": ("status", "approval status", "template status"),
}

_folder = click.option(
    "--folder",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    default=HOME,
    help="Another catalogue; default: the one in use.",
)


@click.command("export-dlt")
@click.option(
    "--language",
    "languages",
    type=click.Choice(LANGUAGES),
    multiple=True,
    help="One language, or several; default: all.",
)
@click.option(
    "--notation",
    type=click.Choice(["tagged", "var"]),
    default="tagged",
    show_default=True,
    help="tagged: Airtel, Jio, Vi, BSNL; var: SmartPing, Tata, with the tags beside the text.",
)
@click.option(
    "--into",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("dlt"),
    show_default=True,
    help="The folder that the sheets are written to.",
)
@click.option("--only-missing", is_flag=True, help="Only what has no id yet, or was changed since.")
@_folder
def export_dlt(
    languages: tuple[Language, ...],
    notation: Notation,
    into: Path,
    only_missing: bool,
    folder: Path,
) -> None:
    """Write the registration sheet of each language: one line a text, ready for a DLT portal."""
    try:
        catalogue = read(folder)
    except CatalogueError as error:
        raise click.ClickException(str(error)) from error
    into.mkdir(parents=True, exist_ok=True)
    for language in languages or LANGUAGES:
        lines = list(dlt.sheet(catalogue, language, notation))
        if only_missing:
            lines = [line for line in lines if not line.template_id or _changed(catalogue, line)]
        path = into / f"dlt-{language}.csv"
        with path.open("w", encoding="utf-8-sig", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(_HEADING)
            writer.writerows(_row(line) for line in lines)
        click.echo(f"{path}: {len(lines)} texts to register")
    for problem in [p for p in dlt.unregistered(catalogue) if p.startswith("dlt.toml")]:
        click.echo(f"first: {problem}", err=True)


@click.command("import-dlt")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@_folder
def import_dlt(file: Path, folder: Path) -> None:
    """Enter the template ids of FILE, a CSV from a DLT portal, into dlt.toml.

    A line of a text that is not approved, or is registered in other words than we say it, is not
    entered but named with the difference; the exit code is 1 then.
    """
    try:
        catalogue = read(folder)
        taken = dlt.take(catalogue, _returned(file))
    except (CatalogueError, ValueError) as error:
        raise click.ClickException(str(error)) from error
    path = folder / "dlt.toml"
    document = tomlkit.parse(path.read_text(encoding="utf-8"))
    _enter(document, "templates", taken.template_ids)
    _enter(document, "registered", taken.sentences)
    path.write_text(tomlkit.dumps(document), encoding="utf-8")
    click.echo(f"{path.name}: {len(taken.template_ids)} ids entered")
    left = [p for p in dlt.unregistered(read(folder)) if p.endswith("not registered")]
    click.echo(f"{len(left)} texts are not registered yet")
    for problem in taken.problems:
        click.echo(f"problem: {problem}", err=True)
    if taken.problems:
        raise click.ClickException(f"lines that were not entered: {len(taken.problems)}, see above")


def _row(line: RegistrationLine) -> tuple[str, ...]:
    return (
        line.name, line.template, line.language, "Service Implicit", line.category, line.header,
        line.entity_id, line.kind, line.content,
        " ".join(f"var{at}=#{tag}#" for at, tag in enumerate(line.tags, 1)), line.sample,
        line.template_id,
    )  # fmt: skip


def _changed(catalogue: Catalogue, line: RegistrationLine) -> bool:
    mine = f"{line.template}, {line.language}:"
    return any(problem.startswith(mine) for problem in dlt.changed(catalogue))


def _returned(file: Path) -> list[ReturnedLine]:
    """Return the lines of the file. Raises ValueError where a needed column is missing."""
    try:
        text = file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise ValueError(f"{file.name} is not UTF-8: save it as CSV UTF-8") from None
    reader = csv.reader(io.StringIO(text, newline=""))
    heading = [cell.strip().lower() for cell in next(reader, [])]
    places = {
        column: next((heading.index(word) for word in words if word in heading), None)
        for column, words in _COLUMNS.items()
    }
    missing = [_COLUMNS[name][0] for name in ("name", "template_id") if places[name] is None]
    if missing:
        raise ValueError(f"{file.name} has no column {' and no column '.join(missing)}")

    def cell(row: list[str], column: str) -> str:
        place = places[column]
        return row[place].strip() if place is not None and place < len(row) else ""

    return [
        ReturnedLine(
            line=reader.line_num,
            name=cell(row, "name"),
            template_id=cell(row, "template_id").lstrip("'"),
            content=cell(row, "content"),
            status=cell(row, "status"),
        )
        for row in reader
        if any(row)
    ]


def _enter(
    document: tomlkit.TOMLDocument, table: str, values: Mapping[tuple[str, str], str]
) -> None:
    if values and table not in document:
        document.add(tomlkit.nl())
        document.add(tomlkit.comment("As registered: written by flask messages import-dlt."))
        document.add(table, tomlkit.table(is_super_table=True))
    for (name, language), value in sorted(values.items()):
        if name not in document[table]:
            document[table][name] = tomlkit.table()
        document[table][name][language] = value
