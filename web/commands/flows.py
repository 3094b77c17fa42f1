"""`flask flows …`: the machines, drawn, checked and proven."""

from __future__ import annotations

from pathlib import Path

import click
from flask.cli import AppGroup

from flows import machines
from flows.drawing import remarks, screens
from flows.drawing.pages import page, svg
from flows.proof.examine import examine
from flows.ussd.menu import GRAPH
from web.commands.prove import prove

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
    """Write a page for each machine (SVG, and Mermaid as text), the remarks and USSD's screens."""
    into.mkdir(parents=True, exist_ok=True)
    pages = {"remarks.md": remarks.page(), "ussd.md": screens.page(GRAPH)}
    for name, machine in machines.ALL.items():
        pages |= {f"{name}.md": page(machine), f"{name}.svg": svg(machine)}
    for name, drawn in pages.items():
        (into / name).write_text(drawn, encoding="utf-8")
        click.echo(str(into / name))


@flows.command("check")
def check() -> None:
    """Decide everything that can come to every machine, once; fail where something is wrong."""
    found = examine()
    click.echo(
        f"{'machine':<10} {'states':>6} {'transitions':>11} {'decisions':>9} {'problems':>8}"
    )
    for each in found.machines:
        click.echo(
            f"{each.machine:<10} {each.states:>6} {each.transitions:>11} {each.tried:>9}"
            f" {len(each.problems):>8}"
        )
    click.echo("")
    for each in found.machines:
        click.echo(f"{each.machine}: every combination of the facts read; sampled: {each.sampled}")
    read = ", ".join(f"{role} {count}" for role, count in found.words.items())
    click.echo(f"texts read, each in six spellings: {read}; texts said: {found.texts}")
    for problem in found.problems:
        click.echo(f"problem: {problem}", err=True)
    if found.problems:
        raise click.ClickException(f"problems found: {len(found.problems)}, see above")
    click.echo("no problems")


flows.add_command(prove)
