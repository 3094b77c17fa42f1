"""The search: breadth first from a scene, so that the first breach found is the shortest story."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from flows.decision import Act
from flows.machine import FlowError
from flows.proof.explore.merging import merged
from flows.proof.explore.scenes import Scene
from flows.proof.promises import ALL, Promise
from flows.proof.world.books import SmallWorld
from flows.proof.world.doors import NotPlayable, Played, play
from flows.proof.world.ledger import RefusedByBooks

Clock = Callable[[], float]
Story = tuple["Story", str] | None  # the lines of a story, the last one first


def _seen_elsewhere(before: SmallWorld, played: Played) -> Iterator[str]:
    """Find nothing: what breaks this promise raises."""
    return iter(())


MACHINES: Final = Promise(
    "FLOW",
    "the machines hold to themselves",
    "Every decision is declared, and the books take every act.",
    _seen_elsewhere,
)


@dataclass(frozen=True)
class Breach:
    """A promise that is broken, with the shortest story that breaks it, from the first booking."""

    promise: Promise
    why: str
    scene: Scene
    lines: tuple[str, ...]

    @property
    def depth(self) -> int:
        """How many lines the story has after those of its scene."""
        return len(self.lines) - len(self.scene.lines)


@dataclass(frozen=True)
class Level:
    """What was seen at one depth: worlds that are new there, and the lines that led to them."""

    depth: int
    states: int
    lines: int
    seconds: float


@dataclass
class Explored:
    """What came of a search. `depth`: the last one that was gone through whole."""

    scene: Scene
    levels: list[Level] = field(default_factory=list)
    breaches: dict[tuple[str, str], Breach] = field(default_factory=dict)
    fired: Counter[type[Act]] = field(default_factory=Counter)
    played: set[str] = field(default_factory=set)  # the lines that were possible somewhere
    states: int = 1
    lines: int = 0
    seconds: float = 0.0
    finished: bool = False  # no new world is left

    @property
    def depth(self) -> int:
        return len(self.levels)

    @property
    def impossible(self) -> tuple[str, ...]:
        """Return the lines that no world allowed: a code that nobody was sent, a list refused."""
        return tuple(line for line in self.scene.offers if line not in self.played)

    @property
    def branching(self) -> float:
        """New worlds that one world leads to, at the last depth."""
        counts = [1, *(level.states for level in self.levels)]
        return counts[-1] / counts[-2] if len(counts) > 1 and counts[-2] else 0.0


def explore(
    scene: Scene,
    *,
    depth: int,
    seconds: float,
    clock: Clock,
    promises: Sequence[Promise] = ALL,
    first: bool = False,
) -> Explored:
    """Play every order of the scene's lines, to `depth` or for `seconds`; `first`: to a breach."""
    return _Search(scene, promises, clock, clock() + seconds, first).go(depth)


@dataclass
class _Search:
    scene: Scene
    promises: Sequence[Promise]
    clock: Clock
    until: float
    first: bool
    found: Explored = field(init=False)
    seen: set[int] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.found = Explored(self.scene)

    def go(self, depth: int) -> Explored:
        began = self.clock()
        world, story = self._begin()
        self.seen.add(merged(world))
        frontier: list[tuple[SmallWorld, Story]] = [(world, story)]
        while frontier and self.found.depth < depth and not self._enough():
            level_began, lines = self.clock(), self.found.lines
            following = self._expand(frontier)
            if following is None:
                break
            self.found.levels.append(
                Level(
                    self.found.depth + 1,
                    len(following),
                    self.found.lines - lines,
                    self.clock() - level_began,
                )
            )
            frontier = following
        self.found.finished = not frontier
        self.found.seconds = self.clock() - began
        return self.found

    def _begin(self) -> tuple[SmallWorld, Story]:
        """Play the scene's own lines, which have to hold every promise too."""
        world = self.scene.start
        story: Story = None
        for line in self.scene.lines:
            played = self._play(world, line, story)
            assert played is not None, f"{self.scene.name}: {line}"
            world, story = played.world, (story, line)
        return world, story

    def _expand(
        self, frontier: list[tuple[SmallWorld, Story]]
    ) -> list[tuple[SmallWorld, Story]] | None:
        """Return the new worlds behind `frontier`; None: the time was over before."""
        following: list[tuple[SmallWorld, Story]] = []
        for number, (world, story) in enumerate(frontier):
            if number % 64 == 0 and self.clock() > self.until:
                return None
            for line in self.scene.offers:
                played = self._play(world, line, story)
                if played is None:
                    continue
                if self._enough():
                    return None
                key = merged(played.world)
                if key not in self.seen:
                    self.seen.add(key)
                    self.found.states += 1
                    following.append((played.world, (story, line)))
        return following

    def _enough(self) -> bool:
        wanted = {promise.name for promise in self.promises}
        return self.first and any(name in wanted for name, _ in self.found.breaches)

    def _play(self, world: SmallWorld, line: str, story: Story) -> Played | None:
        try:
            played = play(world, line)
        except NotPlayable:
            return None
        except (FlowError, RefusedByBooks, AssertionError, StopIteration) as error:
            why = f"{type(error).__name__}: {error}"
            self._note(MACHINES, why, (story, line))
            return None
        self.found.lines += 1
        self.found.played.add(line)
        for each in played.decided:
            for act in each.decision.acts:
                self.found.fired[type(act)] += 1
        for promise in self.promises:
            for why in promise.check(world, played):
                self._note(promise, why, (story, line))
        return played

    def _note(self, promise: Promise, why: str, story: Story) -> None:
        key = (promise.name, why)
        if key not in self.found.breaches:
            self.found.breaches[key] = Breach(promise, why, self.scene, tuple(_told(story)))


def _told(story: Story) -> Iterator[str]:
    """Return the lines of a story, the first one first."""
    lines = []
    while story is not None:
        story, line = story
        lines.append(line)
    return reversed(lines)
