"""The marks of a stack: columns over time, one part on another, partial periods hatched."""

from __future__ import annotations

from asylum_report.charts import letters, words
from asylum_report.charts.canvas import Canvas
from asylum_report.charts.lines import hollow
from asylum_report.charts.model import Chart
from asylum_report.charts.scales import Scale, periods, place, value_at
from asylum_report.charts.variants import Variant


def pitch(chart: Chart, x: Scale) -> float:
    """Return the distance of two columns in pixels."""
    return abs(x(1.0) - x(0.0)) / (12 if chart.x_scale == "month" else 1)


def totals(chart: Chart, v: Variant, x: Scale) -> dict[str, str]:
    """Return the sums to write on top of the columns, or nothing where they would touch."""
    if chart.kind != "stack" or chart.y_format != "count":
        return {}
    sums = {
        p: words.value(sum(value_at(s.x, s.y, p) or 0 for s in chart.series), "count")
        for p in periods(chart)
    }
    widest = max((letters.width(text, v.small) for text in sums.values()), default=0)
    return sums if widest + 0.4 * v.small < pitch(chart, x) else {}


def ends_full(chart: Chart) -> bool:
    """Return whether the last column has every part, so that each can be named beside it."""
    last = periods(chart)[-1]
    return all(value_at(s.x, s.y, last) for s in chart.series)


def draw(
    canvas: Canvas, chart: Chart, v: Variant, x: Scale, y: Scale, sums: dict[str, str]
) -> list[tuple[int, float, float]]:
    """Draw the columns; return the middle of each part of the last one."""
    step = pitch(chart, x)
    width = step * (0.86 if chart.x_scale == "month" else 0.74)
    seam = 0.9 * v.stroke if step > 7 else 0.0
    ends: list[tuple[int, float, float]] = []
    bases = dict.fromkeys(periods(chart), 0.0)
    for k, series in enumerate(chart.series):
        solid = []
        middle = None
        for i, (p, value) in enumerate(zip(series.x, series.y, strict=True)):
            if not value:
                continue
            left = x(place(chart, p)) - width / 2
            low, high = y(bases[p]), y(bases[p] + value)
            if hollow(series, i):
                canvas.hatched(left, high, width, low - high, series.colour)
            else:
                # A seam of paper between parts, taken off the upper edge; of thin parts less, so
                # that what is seen keeps the proportions of what is counted.
                top, right = high + min(seam, 0.2 * (low - high)), left + width
                solid.append([(left, low), (right, low), (right, top), (left, top)])
            bases[p] += value
            if p == periods(chart)[-1]:
                middle = (left + width, (low + high) / 2)
        if solid:
            canvas.area(solid, series.colour, name=f"bars-{k}")
        if middle:
            ends.append((k, *middle))
    for p, text in sums.items():
        if bases[p]:
            centre, base = x(place(chart, p)), y(bases[p]) - 0.4 * v.small
            half = letters.width(text, v.small) / 2 + 0.15 * v.small
            canvas.box(centre - half, base - 0.75 * v.small, 2 * half, 0.95 * v.small, "paper")
            canvas.text(centre, base, text, v.small, "muted-ink", align="center")
    return ends
