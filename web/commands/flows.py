"""`flask flows …`: the machines, drawn."""

from __future__ import annotations

from pathlib import Path

import click
from flask.cli import AppGroup

from flows import machines
from flows.draw import page

flows = AppGroup("flows", help="The conversations as state machines.")


@flows.command("draw")
@click.option(
    "--into",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("docs/flows"),
    show_default=True,
    help="The folder that the pages are written to.",
)
def draw(into: Path) -> None:
    """Writes one page per machine: its diagram (Mermaid) and its tables."""
    into.mkdir(parents=True, exist_ok=True)
    for name, machine in machines.ALL.items():
        path = into / f"{name}.md"
        path.write_text(page(machine), encoding="utf-8")
        click.echo(str(path))
