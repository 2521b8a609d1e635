"""The marks of a line chart: lines with gaps, bands and whiskers, filled and hollow points."""

from __future__ import annotations

from itertools import pairwise

from asylum_report import identity
from asylum_report.charts.canvas import Canvas, Point
from asylum_report.charts.model import Chart, Series
from asylum_report.charts.scales import Scale, place, runs
from asylum_report.charts.variants import Variant

POINTS_FROM = 10.5
"""Pixels between periods from which every value has its point."""

BREAK = 13.0
"""Height of the stroke in the gap before a break, in pixels."""


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


def joined(chart: Chart, series: Series) -> list[bool]:
    """Return whether each value is joined to the next.

    A missing value is a gap, and so are a period that the series leaves out and a break. A hollow
    value is joined to nothing: part of a year must not read as a fall.
    """
    places = [place(chart, x) for x in series.x]
    steps = [b - a for a, b in pairwise(places)]
    step = min(steps, default=1.0)
    full = [y is not None and not hollow(series, i) for i, y in enumerate(series.y)]
    return [
        full[i] and full[i + 1] and distance <= 1.5 * step and series.x[i + 1] not in series.breaks
        for i, distance in enumerate(steps)
    ]


def stretches(links: list[bool]) -> list[tuple[int, int]]:
    """Return the runs of joined values as first and last value."""
    return [(a, b + 1) for a, b in runs(links)]


def broken(series: Series) -> list[int]:
    """Return the values at which a new way of counting begins and that follow another value."""
    return [
        i
        for i, x in enumerate(series.x)
        if x in series.breaks and i and series.y[i] is not None and series.y[i - 1] is not None
    ]


def _series(canvas: Canvas, chart: Chart, v: Variant, k: int, x: Scale, y: Scale) -> Point | None:
    series = chart.series[k]
    points = {
        i: (x(place(chart, p)), y(value))
        for i, (p, value) in enumerate(zip(series.x, series.y, strict=True))
        if value is not None
    }
    if not points:
        return None
    links = joined(chart, series)
    spacing = min((abs(b - a) for (a, _), (b, _) in pairwise(points.values())), default=99.0)
    every = spacing >= POINTS_FROM * v.stroke
    dashes = () if every else identity.DASHES[k % len(identity.DASHES)]
    pieces = [[points[i] for i in range(a, b + 1)] for a, b in stretches(links)]
    if pieces:
        canvas.path(
            pieces, series.colour, 2.3 * v.stroke, dashes=dashes, name=f"line-{k}",
            cap="butt" if dashes else "round",
        )  # fmt: skip
    if marks := [_between(points[i - 1], points[i], v) for i in broken(series)]:
        canvas.path(marks, series.colour, 1.3 * v.stroke, name=f"breaks-{k}")
    size = (min(7.6, 0.58 * spacing / v.stroke) if every else 5.6) * v.stroke
    shape = shapes(chart)[k]
    last = max(points)
    alone = {i for i in points if not _linked(links, i)}
    full = [points[i] for i in points if not hollow(series, i) and (every or i in {*alone, last})]
    canvas.marks(full, shape, size, series.colour, name=f"points-{k}")
    empty = [points[i] for i in points if hollow(series, i)]
    canvas.marks(empty, shape, size, series.colour, hollow=True, name=f"hollow-{k}")
    return points[last]


def _linked(links: list[bool], i: int) -> bool:
    return (i > 0 and links[i - 1]) or (i < len(links) and links[i])


def _between(before: Point, after: Point, v: Variant) -> list[Point]:
    """Return the short upright stroke in the gap before a break."""
    x, y, half = (before[0] + after[0]) / 2, (before[1] + after[1]) / 2, BREAK / 2 * v.stroke
    return [(x, y - half), (x, y + half)]


def _interval(canvas: Canvas, chart: Chart, v: Variant, k: int, x: Scale, y: Scale) -> None:
    """Draw a band where values are joined, whiskers elsewhere."""
    series = chart.series[k]
    ends = {
        i: (x(place(chart, series.x[i])), y(min(low, y.high)), y(min(high, y.high)))
        for i, (low, high) in enumerate(zip(series.low, series.high, strict=True))
        if low is not None and high is not None and series.y[i] is not None
    }
    banded: set[int] = set()
    pieces = []
    for a, b in stretches(joined(chart, series)):
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
