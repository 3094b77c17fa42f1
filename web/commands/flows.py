"""`flask flows …`: the machines, drawn, checked and proven."""

from __future__ import annotations

import multiprocessing
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path

import click
from flask.cli import AppGroup

from flows import machines
from flows.acts import ALL as ACTS
from flows.decision import Act
from flows.drawing import remarks, screens
from flows.drawing.pages import page, svg
from flows.proof.examine import examine
from flows.proof.explore import scenes
from flows.proof.explore.scenes import Scene
from flows.proof.explore.search import Explored, explore
from flows.proof.explore.story import transcript
from flows.proof.promises import ALL as PROMISES
from flows.ussd.menu import GRAPH

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


@flows.command("prove")
@click.option("--seconds", default=600, show_default=True, help="How long it may take in all.")
@click.option("--depth", default=99, show_default=True, help="How many lines a story may have.")
@click.option("--processes", default=2, show_default=True, help="How many search at once.")
@click.option(
    "--scene",
    "names",
    multiple=True,
    type=click.Choice([scene.name for scene in scenes.ALL]),
    help="Where stories begin; several times for several. All, if none is named.",
)
def prove(seconds: int, depth: int, processes: int, names: tuple[str, ...]) -> None:
    """Play every order of events in a small world; fail where a promise of trust.md is broken.

    Each scene has the same share of the time. The depth is the last one that was gone through
    whole: no story with so many lines breaks anything.
    """
    chosen = [scene for scene in scenes.ALL if not names or scene.name in names]
    click.echo(
        f"{'scene':<9} {'offers':>6} {'depth':>5} {'states':>9} {'lines':>10} {'branching':>9}"
        f" {'seconds':>7}"
    )
    found = []
    for each in _explored(chosen, depth, seconds, processes):
        found.append(each)
        depth_ = f"{each.depth}{'.' if each.finished else ''}"
        click.echo(
            f"{each.scene.name:<9} {len(each.scene.offers):>6} {depth_:>5} {each.states:>9}"
            f" {each.lines:>10} {each.branching:>9.1f} {each.seconds:>7.0f}"
        )
    click.echo("")
    for scene in chosen:
        click.echo(f"{scene.name}: {scene.meaning}")
    fired: Counter[type[Act]] = sum((each.fired for each in found), Counter())
    never = sorted(set(ACTS) - {act.__name__ for act in fired})
    click.echo(f"\npromises: {len(PROMISES)}; acts fired: {len(fired)} of {len(ACTS)}")
    click.echo(f"states: {sum(each.states for each in found)}")
    breaches = [breach for each in found for breach in each.breaches.values()]
    for breach in sorted(breaches, key=lambda each: len(each.lines)):
        click.echo("\n" + "\n".join(transcript(breach)), err=True)
    if breaches:
        raise click.ClickException(
            f"promises broken in {len(breaches)} ways, see the stories above"
        )
    if never and not names:
        raise click.ClickException(f"no story led to {', '.join(never)}: go deeper")
    click.echo("no promise is broken")


def _explored(
    chosen: Sequence[Scene], depth: int, seconds: int, processes: int
) -> Iterator[Explored]:
    """Explore each scene in a process of its own, so many at once; all have the same time."""
    share = seconds * min(processes, len(chosen)) / len(chosen)
    search = partial(explore, depth=depth, seconds=share, clock=time.monotonic)
    if processes == 1:
        yield from map(search, chosen)
        return
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(processes, spawn) as pool:
        yield from pool.map(search, chosen)
