"""The marks of a line chart: lines with gaps, bands and whiskers, filled and hollow points."""

from __future__ import annotations

from itertools import pairwise

from asylum_report import identity
from asylum_report.charts.canvas import Canvas, Point
from asylum_report.charts.model import Chart, Series
from asylum_report.charts.scales import Scale, place, runs
from asylum_report.charts.variants import Variant

DOTTED = (1.2, 3.0)
"""Dashes of a line to or from a hollow point."""

POINTS_FROM = 10.5
"""Pixels between periods from which every value has its point."""


def draw(
    canvas: Canvas, chart: Chart, v: Variant, x: Scale, y: Scale
) -> list[tuple[int, float, float]]:
    """Draw every series, the first on top; return the number and last point of each."""
    ends = []
    for k in reversed(range(len(chart.series))):
        _interval(canvas, chart, v, k, x, y)
    for k in reversed(range(len(chart.series))):
        end = _series(canvas, chart, v, k, x, y)
        if end:
            ends.append((k, *end))
    return sorted(ends)


def shapes(chart: Chart) -> list[str]:
    """Return the shape of the points of each series: its colour's own, or one still free."""
    taken: list[str] = []
    for series in chart.series:
        own = identity.SHAPES.get(series.colour, "o")
        free = [s for s in (own, "o", "s", "^", "D", "v", "P", "X") if s not in taken]
        taken.append(free[0] if free else own)
    return taken


def hollow(series: Series, i: int) -> bool:
    """Return whether a value is drawn hollow."""
    return bool(series.hollow and series.hollow[i])


def joined(chart: Chart, series: Series) -> list[str]:
    """Return how each value is joined to the next: "solid", "dotted" or "" for a gap.

    A missing value is a gap, and so is a period that the series leaves out.
    """
    places = [place(chart, x) for x in series.x]
    steps = [b - a for a, b in pairwise(places)]
    step = min(steps, default=1.0)
    ways = []
    for i, distance in enumerate(steps):
        if series.y[i] is None or series.y[i + 1] is None or distance > 1.5 * step:
            ways.append("")
        else:
            ways.append("dotted" if hollow(series, i) or hollow(series, i + 1) else "solid")
    return ways


def stretches(ways: list[str], way: str) -> list[tuple[int, int]]:
    """Return the runs of one way of joining as first and last value."""
    return [(a, b + 1) for a, b in runs([w == way for w in ways])]


def _series(canvas: Canvas, chart: Chart, v: Variant, k: int, x: Scale, y: Scale) -> Point | None:
    series = chart.series[k]
    points = {
        i: (x(place(chart, p)), y(value))
        for i, (p, value) in enumerate(zip(series.x, series.y, strict=True))
        if value is not None
    }
    if not points:
        return None
    ways = joined(chart, series)
    spacing = min((abs(b - a) for (a, _), (b, _) in pairwise(points.values())), default=99.0)
    every = spacing >= POINTS_FROM * v.stroke
    dashes = () if every else identity.DASHES[k % len(identity.DASHES)]
    for way in ("dotted", "solid"):
        pieces = [[points[i] for i in range(a, b + 1)] for a, b in stretches(ways, way)]
        if pieces and way == "solid":
            canvas.path(
                pieces, series.colour, 2.3 * v.stroke, dashes=dashes, name=f"line-{k}",
                cap="butt" if dashes else "round",
            )  # fmt: skip
        elif pieces:
            canvas.path(
                pieces, series.colour, 1.5 * v.stroke, cap="round",
                dashes=tuple(d * v.stroke for d in DOTTED), name=f"dotted-{k}",
            )  # fmt: skip
    size = (min(7.6, 0.58 * spacing / v.stroke) if every else 5.6) * v.stroke
    shape = shapes(chart)[k]
    last = max(points)
    alone = {i for i in points if not _linked(ways, i)}
    full = [points[i] for i in points if not hollow(series, i) and (every or i in {*alone, last})]
    canvas.marks(full, shape, size, series.colour, name=f"points-{k}")
    empty = [points[i] for i in points if hollow(series, i)]
    canvas.marks(empty, shape, size, series.colour, hollow=True, name=f"hollow-{k}")
    return points[last]


def _linked(ways: list[str], i: int) -> bool:
    return (i > 0 and bool(ways[i - 1])) or (i < len(ways) and bool(ways[i]))


def _interval(canvas: Canvas, chart: Chart, v: Variant, k: int, x: Scale, y: Scale) -> None:
    """Draw a band where values are joined by a solid line, whiskers elsewhere."""
    series = chart.series[k]
    ends = {
        i: (x(place(chart, series.x[i])), y(min(low, y.high)), y(min(high, y.high)))
        for i, (low, high) in enumerate(zip(series.low, series.high, strict=True))
        if low is not None and high is not None and series.y[i] is not None
    }
    banded: set[int] = set()
    pieces = []
    for a, b in stretches(joined(chart, series), "solid"):
        run = range(a, b + 1)
        if all(i in ends for i in run):
            banded |= set(run)
            lower = [(ends[i][0], ends[i][1]) for i in run]
            pieces.append(lower + [(ends[i][0], ends[i][2]) for i in reversed(run)])
    if pieces:
        canvas.area(pieces, series.colour, alpha=0.14, name=f"band-{k}")
    whiskers = [[(px, low), (px, high)] for i, (px, low, high) in ends.items() if i not in banded]
    if whiskers:
        canvas.path(whiskers, series.colour, 1.2 * v.stroke, alpha=0.7, name=f"whiskers-{k}")
