"""Charts as SVG, made on the server: a screen reader reads their words.

Colours are classes of desk.css; every bar has its number in words beside it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

_ROW, _BAR, _NAMES, _WIDTH, _NUMBERS = 26, 16, 176, 560, 150


@dataclass(frozen=True)
class ChartPart:
    """One part of a bar: its CSS class (the colour), and its word in the legend."""

    kind: str
    word: str


@dataclass(frozen=True)
class ChartBar:
    """One bar; `values` in the order of the legend."""

    name: str
    values: tuple[int, ...]


def stacked(title: str, parts: Sequence[ChartPart], bars: Sequence[ChartBar]) -> Markup:
    """Return a chart of horizontal bars, their lengths in proportion to their values."""
    most = max((sum(bar.values) for bar in bars), default=0) or 1
    scale = (_WIDTH - _NAMES - _NUMBERS) / most
    height = _ROW * len(bars) + 6
    lines: list[Markup] = []
    for n, bar in enumerate(bars):
        y = n * _ROW
        lines.append(_text(_NAMES - 10, y + 13, _short(bar.name), "end"))
        x = float(_NAMES)
        for part, value in zip(parts, bar.values, strict=True):
            if value:
                lines.append(
                    Markup(
                        '<rect class="bar bar-{}" x="{:.1f}" y="{}" width="{:.1f}" height="{}"/>'
                    ).format(part.kind, x, y, value * scale, _BAR)
                )
            x += value * scale
        lines.append(_text(x + 8, y + 13, _added_up(bar.values), "start"))
    said = ". ".join(
        f"{bar.name}: "
        + ", ".join(f"{part.word} {value}" for part, value in zip(parts, bar.values, strict=True))
        for bar in bars
    )
    return legend(parts) + Markup(
        '<svg class="chart" viewBox="0 0 {} {}" role="img" aria-label="{}"><desc>{}</desc>{}</svg>'
    ).format(_WIDTH, height, title, said, Markup("").join(lines))


def legend(parts: Sequence[ChartPart]) -> Markup:
    """Return the words of the parts beside their colours: a list, as its lines break by themselves.

    How wide a word is in SVG nobody knows before it is drawn, least of all in Hindi.
    """
    one = Markup(
        '<li><svg viewBox="0 0 12 12" width="12" height="12" aria-hidden="true">'
        '<rect class="bar bar-{}" width="12" height="12"/></svg> {}</li>'
    )
    said = Markup("").join(one.format(part.kind, part.word) for part in parts)
    return Markup('<ul class="chart-legend">{}</ul>').format(said)


def _added_up(values: Sequence[int]) -> str:
    """Return the sum and what it is made of, as its colours follow one another: 11 = 3+1+7."""
    shown = [str(value) for value in values if value]
    return f"{sum(values)} = {'+'.join(shown)}" if len(shown) > 1 else str(sum(values))


def _text(x: float, y: float, text: str, anchor: str) -> Markup:
    return Markup('<text x="{:.1f}" y="{}" text-anchor="{}">{}</text>').format(x, y, anchor, text)


def _short(name: str) -> str:
    return name if len(name) <= 24 else name[:23] + "…"
