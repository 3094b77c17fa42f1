"""Lines and columns over time as SVG, made on the server: a screen reader reads their words.

Colours are classes of desk/reports.css. Beside each chart there is its table: these draw no number
that the table has not.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from postal.desk.confidence import Share
from web.desk.charts import ChartPart, legend

_WIDTH, _HEIGHT, _LEFT, _RIGHT, _TOP, _BOTTOM = 480, 190, 46, 10, 10, 24
_MOST_LABELS = 6


@dataclass(frozen=True)
class ChartColumn:
    """One column of a chart over time; `values` in the order of the legend."""

    name: str
    values: tuple[int, ...]


@dataclass(frozen=True)
class ChartPoint:
    """One point of a line; nothing is drawn where its share is of nothing."""

    name: str
    share: Share


def columns(title: str, parts: Sequence[ChartPart], each_step: Sequence[ChartColumn]) -> Markup:
    """Return a chart of stacked columns, whose parts add up to their heights."""
    most = max((sum(each.values) for each in each_step), default=0) or 1
    top = _round_up(most)
    scale = (_HEIGHT - _TOP - _BOTTOM) / top
    pace = (_WIDTH - _LEFT - _RIGHT) / max(len(each_step), 1)
    drawn = [
        _grid([(0, "0"), (top / 2, _short(top / 2)), (top, _short(top))], top),
    ]
    for n, step in enumerate(each_step):
        y = float(_HEIGHT - _BOTTOM)
        for part, value in zip(parts, step.values, strict=True):
            if value > 0:
                y -= value * scale
                drawn.append(
                    Markup(
                        '<rect class="bar bar-{}" x="{:.1f}" y="{:.1f}" width="{:.1f}"'
                        ' height="{:.1f}"/>'
                    ).format(
                        part.kind, _LEFT + n * pace + pace * 0.12, y, pace * 0.76, value * scale
                    )
                )
    drawn.append(_names([each.name for each in each_step], pace))
    return legend(parts) + _svg(title, drawn)


def line(title: str, points: Sequence[ChartPoint]) -> Markup:
    """Return a line of shares from 0 to 100 per cent, in the band of what each may surely be."""
    pace = (_WIDTH - _LEFT - _RIGHT) / max(len(points), 1)
    drawn = [_grid([(0, "0 %"), (0.5, "50 %"), (1, "100 %")], 1)]
    for run in _runs(points):
        upper = [_at(n, pace, point.share.high) for n, point in run]
        lower = [_at(n, pace, point.share.low) for n, point in reversed(run)]
        around = " ".join(upper + lower)
        drawn.append(Markup('<polygon class="chart-range" points="{}"/>').format(around))
        spots = [_at(n, pace, point.share.value) for n, point in run]
        drawn.append(Markup('<polyline class="line" points="{}"/>').format(" ".join(spots)))
        drawn.extend(map(_spot, spots))
    drawn.append(_names([each.name for each in points], pace))
    return _svg(title, drawn)


def sparkline(title: str, values: Sequence[float | None]) -> Markup:
    """Return a small line without axes; None leaves a gap. 0 is at its foot."""
    top = max((value for value in values if value is not None), default=0) or 1
    pace = 116 / max(len(values) - 1, 1)
    spots = [
        f"{2 + n * pace:.1f},{26 - value / top * 22:.1f}"
        for n, value in enumerate(values)
        if value is not None
    ]
    return Markup(
        '<svg class="sparkline" viewBox="0 0 120 30" role="img" aria-label="{}">'
        '<polyline class="line" points="{}"/>{}</svg>'
    ).format(title, " ".join(spots), _spot(spots[-1]) if spots else "")


def _runs(points: Sequence[ChartPoint]) -> list[list[tuple[int, ChartPoint]]]:
    """Return the points by unbroken runs: a Sunday on which nothing went out is skipped over."""
    run = [(n, point) for n, point in enumerate(points) if point.share.of]
    return [run] if run else []


def _spot(at: str) -> Markup:
    return Markup('<circle class="spot" cx="{}" cy="{}" r="2.5"/>').format(*at.split(","))


def _at(n: int, pace: float, value: float) -> str:
    y = _HEIGHT - _BOTTOM - value * (_HEIGHT - _TOP - _BOTTOM)
    return f"{_LEFT + (n + 0.5) * pace:.1f},{y:.1f}"


def _grid(lines: Sequence[tuple[float, str]], top: float) -> Markup:
    drawn = []
    for value, word in lines:
        y = _HEIGHT - _BOTTOM - value / top * (_HEIGHT - _TOP - _BOTTOM)
        drawn.append(
            Markup(
                '<line class="grid" x1="{}" x2="{}" y1="{:.1f}" y2="{:.1f}"/>'
                '<text x="{}" y="{:.1f}" text-anchor="end">{}</text>'
            ).format(_LEFT, _WIDTH - _RIGHT, y, y, _LEFT - 6, y + 4, word)
        )
    return Markup("").join(drawn)


def _names(names: Sequence[str], pace: float) -> Markup:
    every = -(-len(names) // _MOST_LABELS) or 1
    return Markup("").join(
        Markup('<text x="{:.1f}" y="{}" text-anchor="middle">{}</text>').format(
            _LEFT + (n + 0.5) * pace, _HEIGHT - 6, name
        )
        for n, name in enumerate(names)
        if n % every == 0
    )


def _round_up(most: int) -> int:
    """Return a round number of at least `most`, with a whole half."""
    size = 1
    while most > 10 * size:
        size *= 10
    return next((n * size for n in (2, 4, 6, 8, 10) if n * size >= most), 10 * size)


def _short(value: float) -> str:
    for size, mark in ((10_000_000, "Cr"), (100_000, "L"), (1_000, "k")):
        if value >= size:
            return f"{value / size:g}{mark}"
    return f"{value:g}"


def _svg(title: str, drawn: Sequence[Markup]) -> Markup:
    return Markup(
        '<svg class="chart" viewBox="0 0 {} {}" role="img" aria-label="{}">{}</svg>'
    ).format(_WIDTH, _HEIGHT, title, Markup("").join(drawn))
