"""`flask flows prove`: every order of events in a small world, and the mutants of its rules."""

from __future__ import annotations

import multiprocessing
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial

import click

from flows.acts import ALL as ACTS
from flows.decision import Act
from flows.proof.explore import scenes
from flows.proof.explore.scenes import Scene
from flows.proof.explore.search import MACHINES, Explored, explore
from flows.proof.explore.story import transcript
from flows.proof.mutants.hunt import hunt
from flows.proof.mutants.table import MUTANTS, OUTSIDE
from flows.proof.promises import ALL as PROMISES


@click.command("prove")
@click.option("--minutes", type=float, default=10, show_default=True, help="How long in all.")
@click.option("--depth", default=99, show_default=True, help="How many lines a story may have.")
@click.option("--processes", default=2, show_default=True, help="How many search at once.")
@click.option(
    "--scene",
    "names",
    multiple=True,
    type=click.Choice([scene.name for scene in scenes.ALL]),
    help="Where stories begin; several times for several. All, if none is named.",
)
@click.option("--mutants", is_flag=True, help="Break each rule on purpose: is it found?")
@click.option("--stories", is_flag=True, help="With --mutants: each story as a transcript.")
def prove(
    minutes: float,
    depth: int,
    processes: int,
    names: tuple[str, ...],
    mutants: bool,
    stories: bool,
) -> None:
    """Play every order of events in a small world; fail where a promise is broken.

    The promises: docs/developing/trust.md, "Proof that it holds". Each scene has the same share of
    the time. The depth is the last one that was gone through whole: no story with so many lines
    breaks anything.
    """
    if mutants:
        _hunt(stories)
        return
    chosen = [scene for scene in scenes.ALL if not names or scene.name in names]
    found = list(_shown(_explored(chosen, depth, minutes * 60, processes)))
    click.echo("")
    for each in found:
        click.echo(f"{each.scene.name}: {each.scene.meaning}")
        for line in each.impossible:
            click.echo(f"    in no world that was seen: {line}")
    breaches = [breach for each in found for breach in each.breaches.values()]
    _promises(found)
    never = _acts(found)
    for breach in sorted(breaches, key=lambda each: each.depth):
        click.echo("\n" + "\n".join(transcript(breach)), err=True)
    if breaches:
        raise click.ClickException(
            f"promises broken in {len(breaches)} ways, see the stories above"
        )
    if never and not names:
        raise click.ClickException(f"no story led to {', '.join(never)}: go deeper")
    click.echo("no promise is broken")


def _shown(explored: Iterator[Explored]) -> Iterator[Explored]:
    """Print a line for each scene as soon as it was explored."""
    click.echo(
        f"{'scene':<9} {'offers':>6} {'depth':>5} {'states':>9} {'lines':>10} {'branching':>9}"
        f" {'acts':>4} {'seconds':>7}"
    )
    for each in explored:
        depth = f"{each.depth}{'.' if each.finished else ''}"
        click.echo(
            f"{each.scene.name:<9} {len(each.scene.offers):>6} {depth:>5} {each.states:>9}"
            f" {each.lines:>10} {each.branching:>9.1f} {len(each.fired):>4} {each.seconds:>7.0f}"
        )
        yield each


def _promises(found: Sequence[Explored]) -> None:
    """Print what holds: each promise was asked after every line of every scene."""
    states = sum(each.states for each in found)
    depth = min(each.depth for each in found)
    click.echo(f"\n{'invariant':<9} {'promise':<33} {'states':>9} {'depth':>5}")
    for promise in sorted((*PROMISES, MACHINES), key=lambda each: each.rule):
        broken = sum(
            breach.promise.name == promise.name
            for each in found
            for breach in each.breaches.values()
        )
        holds = f"broken in {broken} ways" if broken else "holds"
        click.echo(f"{promise.rule:<9} {promise.name:<33} {states:>9} {depth:>5} {holds}")


def _acts(found: Sequence[Explored]) -> list[str]:
    """Print how often each act was done, and return those that never were."""
    fired: Counter[type[Act]] = sum((each.fired for each in found), Counter())
    never = sorted(set(ACTS) - {act.__name__ for act in fired})
    counted = ", ".join(f"{act.__name__} {count}" for act, count in fired.most_common())
    click.echo(f"\nacts fired, {len(fired)} of {len(ACTS)}: {counted}")
    click.echo(f"acts never fired: {', '.join(never) or 'none'}")
    return never


def _explored(
    chosen: Sequence[Scene], depth: int, seconds: float, processes: int
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


def _hunt(stories: bool) -> None:
    """Break the rules one by one, and print the shortest story that tells."""
    missed = []
    for mutant in MUTANTS:
        hunted = hunt(mutant, clock=time.monotonic)
        finds, breach = " ".join(mutant.finds), hunted.breach
        rule = "-" if mutant.rule is None else mutant.rule
        click.echo(f"{rule:>4}  {mutant.name}: {finds if breach else 'NOT FOUND'}")
        if breach is None:
            missed.append(mutant.name)
            continue
        told = hunted.told if stories else breach.lines[-breach.depth :]
        for line in told:
            click.echo(f"      {line}")
    for outside, why in OUTSIDE.items():
        click.echo(f"{outside:>4}  no mutant: {why}")
    if missed:
        raise click.ClickException(f"mutants that live: {', '.join(missed)}")
    click.echo(f"all {len(MUTANTS)} mutants are found")
