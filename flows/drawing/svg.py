"""A machine as an SVG picture with a fixed layout: states below each other, arrows in lanes.

What may come in any state enters from the left. What one state alone answers leaves it on the
right, joins the lane of the state that it leads to, and enters there; time is dashed. Each lane has
a colour, and every label a line of its own, so nothing overlaps.
"""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape

from flows.machine import Machine, State

ANY = "any_state"
Arrows = Mapping[tuple[str, str], Sequence[str]]  # (from, to) → labels

_LINE, _PAD, _GAP = 17, 12, 22  # heights: of a line of text, inside a row, between rows
_LETTER = 7.4  # the width of a letter in the monospaced font at 12 pixels, with a margin
_WRAP = 36  # letters in a line of a label
_IN_BOX = 18  # letters in a line of a state's name
_BOX, _LANE, _EDGE = 150, 20, 24
_SIDE = int(_WRAP * _LETTER) + 30  # the width of the labels beside the boxes
_COLOURS = (
    "#1f6f8b", "#b3541e", "#5b7f2b", "#8a3f8f", "#a8323a", "#3f51a8", "#8a6d00", "#00796b",
    "#6d4c41", "#455a64",
)  # fmt: skip


@dataclass(frozen=True)
class DiagramWords:
    """What the picture is called and says. `label` and `state` translate what the code calls it."""

    title: str
    any_state: str
    label: Callable[[str], str]
    state: Callable[[str], str]


def english(machine: Machine) -> DiagramWords:
    """Return the words of the documentation: the names of the code."""
    title = f"The states of the {machine.name}'s conversation"
    return DiagramWords(title, "in any state:", str, str)


@dataclass(frozen=True)
class _Leaving:
    """What leads from a state to another: its label in lines, and whether only time leads there."""

    to: str
    lines: tuple[str, ...]
    dashed: bool


@dataclass(frozen=True)
class _Row:
    """A state with what enters it from any state and what leaves it, placed at `top`."""

    state: State
    entering: tuple[str, ...]
    leaving: tuple[_Leaving, ...]
    top: int

    @property
    def height(self) -> int:
        left = len(self.entering) * _LINE
        right = sum(len(each.lines) * _LINE + 8 for each in self.leaving)
        return max(left, right + _LINE, 2 * _LINE) + 2 * _PAD

    @property
    def entry(self) -> int:
        """The height at which the lane's arrow enters: above all that leaves."""
        return self.top + _PAD


def picture(machine: Machine, arrows: Arrows, words: DiagramWords) -> str:
    """Return the picture of `machine` as the text of an SVG file."""
    rows = list(_rows(machine, arrows, words))
    targets = [row.state.name for row in rows if any(_into(row.state.name, each) for each in rows)]
    lanes = {name: n for n, name in enumerate(targets)}
    sides = any(row.entering for row in rows)
    left = _EDGE + (_SIDE if sides else 30)
    longest = max(
        (len(line) for row in rows for each in row.leaving for line in each.lines), default=0
    )
    right = left + _BOX + int(longest * _LETTER) + 20
    width = right + _LANE * (len(lanes) + 1) + _EDGE
    height = rows[-1].top + rows[-1].height + _EDGE
    entries = {row.state.name: row.entry for row in rows}
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}"'
        f' viewBox="0 0 {width} {height}" role="img"'
        f' aria-label="{escape(words.title, quote=False)}">',
        "<style>text{font:12px 'DejaVu Sans Mono',Menlo,Consolas,monospace;fill:#222}"
        ".state{font-weight:bold;font-size:13px}.limit{fill:#666;font-size:11px}</style>",
        "<defs>",
        *(_head(n, colour) for n, colour in enumerate(("#555", *_COLOURS))),
        "</defs>",
        f'<rect width="{width}" height="{height}" fill="#fff"/>',
    ]
    if sides:
        parts += _rail(rows, left, words)
    parts.append(f'<circle cx="{left - 26}" cy="{rows[0].top + 8}" r="5" fill="#222"/>')
    parts.append(_arrow(f"M{left - 26} {rows[0].top + 8}H{left - 3}", "#555", 0))
    for row in rows:
        parts += _box(row, left, words)
        parts += _entered(row, left)
        parts += _left(row, left + _BOX, right, lanes)
    for name, n in lanes.items():
        x, colour = right + _LANE * (n + 1), _colour(n)
        joined = [y for row in rows for y, each in _ports(row) if each.to == name]
        for end in {min(joined), max(joined)}:
            parts.append(_arrow(f"M{x} {end}V{entries[name]}", colour, None))
        path = f"M{x} {entries[name]}H{left + _BOX + 3}"
        parts.append(_arrow(path, colour, 1 + n % len(_COLOURS)))
    return "\n".join([*parts, "</svg>", ""])


def _rows(machine: Machine, arrows: Arrows, words: DiagramWords) -> Iterator[_Row]:
    top = _EDGE + _LINE
    for state in machine.states:
        entering = _wrapped(arrows.get((ANY, state.name), ()), words)
        leaving = tuple(
            _Leaving(
                to, _wrapped(labels, words), all(label.startswith("after ") for label in labels)
            )
            for (start, to), labels in arrows.items()
            if start == state.name
        )
        row = _Row(state, entering, leaving, top)
        yield row
        top += row.height + _GAP


def _wrapped(labels: Sequence[str], words: DiagramWords) -> tuple[str, ...]:
    said = ", ".join(map(words.label, labels))
    return tuple(textwrap.wrap(said, _WRAP, break_long_words=False))


def _into(name: str, row: _Row) -> bool:
    return any(each.to == name for each in row.leaving)


def _colour(lane: int) -> str:
    return _COLOURS[lane % len(_COLOURS)]


def _head(n: int, colour: str) -> str:
    return (
        f'<marker id="a{n}" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" markerHeight="8"'
        f' orient="auto"><path d="M0 0L8 4L0 8z" fill="{colour}"/></marker>'
    )


def _arrow(path: str, colour: str, head: int | None, dashed: bool = False) -> str:
    dash = ' stroke-dasharray="5 4"' if dashed else ""
    end = "" if head is None else f' marker-end="url(#a{head})"'
    return f'<path d="{path}" fill="none" stroke="{colour}" stroke-width="1.5"{dash}{end}/>'


def _text(x: float, y: float, text: str, kind: str = "", anchor: str = "start") -> str:
    of = f' class="{kind}"' if kind else ""
    return f'<text x="{x}" y="{y}" text-anchor="{anchor}"{of}>{escape(text)}</text>'


def _rail(rows: Sequence[_Row], left: int, words: DiagramWords) -> Iterator[str]:
    """Draw the line on the left from which comes what may come in any state."""
    entered = [row for row in rows if row.entering]
    ends = max(_entering_y(row) for row in entered)
    yield _text(_EDGE - 8, _EDGE, words.any_state)
    yield _arrow(f"M{_EDGE} {_EDGE + 8}V{ends}", "#555", None)


def _entering_y(row: _Row) -> int:
    return row.top + _PAD + len(row.entering) * _LINE


def _entered(row: _Row, left: int) -> Iterator[str]:
    if not row.entering:
        return
    for n, line in enumerate(row.entering):
        yield _text(_EDGE + 10, row.top + _PAD + n * _LINE + 11, line)
    yield _arrow(f"M{_EDGE} {_entering_y(row)}H{left - 3}", "#555", 0)


def _box(row: _Row, left: int, words: DiagramWords) -> Iterator[str]:
    yield (
        f'<rect id="state-{escape(row.state.name)}" x="{left}" y="{row.top}" width="{_BOX}"'
        f' height="{row.height}" rx="8"'
        ' fill="#f4f6f8" stroke="#555"/>'
    )
    middle = left + _BOX / 2
    lines = textwrap.wrap(words.state(row.state.name), _IN_BOX)
    first = row.top + row.height / 2 + 4 - (len(lines) - 1) * _LINE / 2
    for n, line in enumerate(lines):
        yield _text(middle, first + n * _LINE, line, "state", "middle")


def _ports(row: _Row) -> Iterator[tuple[int, _Leaving]]:
    """Yield what leaves a state, with its height below the lines of its label."""
    y = row.entry + 6
    for each in row.leaving:
        y += len(each.lines) * _LINE
        yield y, each
        y += 8


def _left(row: _Row, start: int, right: int, lanes: Mapping[str, int]) -> Iterator[str]:
    for y, each in _ports(row):
        for n, line in enumerate(reversed(each.lines)):
            yield _text(start + 14, y - 5 - n * _LINE, line)
        colour, x = _colour(lanes[each.to]), right + _LANE * (lanes[each.to] + 1)
        yield _arrow(f"M{start} {y}H{x}", colour, None, each.dashed)
        yield f'<circle cx="{x}" cy="{y}" r="3" fill="{colour}"/>'
