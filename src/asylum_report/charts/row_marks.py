"""The marks of bars and dots: a row for each category, intervals, and figures beside them."""

from __future__ import annotations

from dataclasses import dataclass

from asylum_report.charts import letters, words
from asylum_report.charts.canvas import Canvas
from asylum_report.charts.lines import hollow, shapes
from asylum_report.charts.model import Chart, Series
from asylum_report.charts.scales import Scale, periods
from asylum_report.charts.variants import Variant

Mark = tuple[int, int]
"""A value: number of its series, and its place in the series."""


@dataclass(frozen=True)
class Row:
    """One category: its name in lines, its top, its height and its values."""

    category: str
    name: tuple[str, ...]
    top: float
    height: float
    marks: tuple[Mark, ...]

    @property
    def middle(self) -> float:
        """Middle of the row."""
        return self.top + self.height / 2


def lanes(chart: Chart) -> int:
    """Return how many marks a row has room for.

    One, where no category has values of more than one series: the series then tell kinds of
    categories apart by colour. Otherwise one for each series.
    """
    shared = any(
        sum(c in s.x and s.y[s.x.index(c)] is not None for s in chart.series) > 1
        for c in periods(chart)
    )
    return len(chart.series) if shared else 1


def marks(chart: Chart, category: str) -> tuple[Mark, ...]:
    """Return the values of a category; of one lane, the one that is not missing."""
    found = [(k, s.x.index(category)) for k, s in enumerate(chart.series) if category in s.x]
    if lanes(chart) == 1:
        found = [m for m in found if chart.series[m[0]].y[m[1]] is not None][:1] or found[:1]
    return tuple(found)


def needs_key(chart: Chart) -> bool:
    """Return whether colours must be named: not where the names of the rows say as much."""
    if len(chart.series) < 2 or lanes(chart) > 1:
        return len(chart.series) > 1
    return any(
        s.colour != "muted" and any(s.label not in c for c in s.x if s.y[s.x.index(c)] is not None)
        for s in chart.series
    )


def value_width(chart: Chart, v: Variant) -> float:
    """Return the width of the widest value."""
    widths = [
        letters.width(words.value(y, chart.y_format), v.label, letters.SEMIBOLD)
        for s in chart.series
        for y in s.y
        if y is not None
    ]
    return max(widths, default=0.0)


def columns(chart: Chart, v: Variant) -> list[tuple[str, float]]:
    """Return the columns of figures beside single dots, ``value`` and ``n``, with their widths."""
    if chart.kind != "dot" or lanes(chart) > 1:
        return []
    found = [("value", value_width(chart, v))]
    counts = [words.value(n, "count") for s in chart.series for n in s.n if n is not None]
    if counts:
        found.append(("n", max(letters.width(c, v.label) for c in counts)))
    return found


def bars(canvas: Canvas, chart: Chart, v: Variant, rows: list[Row], x: Scale) -> None:
    """Draw the bars of every row with their values behind their ends."""
    count = lanes(chart)
    for row in rows:
        thick = row.height * (0.62 if count == 1 else 0.8 / count)
        start = row.middle - thick * count / 2
        for k, i in row.marks:
            series = chart.series[k]
            top, value = start + (k if count > 1 else 0) * thick, series.y[i]
            middle = top + thick / 2
            if value is None:
                _missing(canvas, v, series, i, x, middle)
                continue
            begin, end = sorted((x(0), x(value)))
            gap = 0.0 if count == 1 else min(1.0, thick * 0.08)
            if hollow(series, i):
                canvas.hatched(begin, top + gap, end - begin, thick - 2 * gap, series.colour)
            else:
                canvas.box(begin, top + gap, end - begin, thick - 2 * gap, series.colour)
            beyond = _whisker(canvas, v, series, i, x, middle, "ink")
            size = min(v.label, max(v.small * 0.9, thick * 1.05))
            weight = letters.SEMIBOLD if count == 1 else letters.REGULAR
            text, at = words.value(value, chart.y_format), max(end, beyond) + 0.4 * v.label
            _behind(canvas, text, at, middle, size, weight)
            canvas.text(at, middle + 0.34 * size, text, size, "ink", weight=weight)


def dots(canvas: Canvas, chart: Chart, v: Variant, rows: list[Row], x: Scale) -> None:
    """Draw the points of every row with their intervals, series a little apart."""
    count, forms = lanes(chart), shapes(chart)
    for row in rows:
        step = min(0.95 * v.label, row.height * 0.8 / count)
        for k, i in row.marks:
            series = chart.series[k]
            value, y = series.y[i], row.middle
            if count > 1:
                y += (k - (count - 1) / 2) * step
            if value is None:
                if count == 1:
                    _missing(canvas, v, series, i, x, y)
                continue
            _whisker(canvas, v, series, i, x, y, series.colour)
            size = (9.0 if count == 1 else 8.2) * v.stroke
            canvas.marks([(x(value), y)], forms[k], size, series.colour, hollow=hollow(series, i))


def figures(
    canvas: Canvas, chart: Chart, v: Variant, rows: list[Row], beside: list[tuple[str, float]],
    top: float,
) -> None:  # fmt: skip
    """Write the columns of figures beside the rows."""
    right = v.width
    for title, wide in reversed(beside):
        counts = title == "n"
        if counts:
            canvas.text(right, top - 0.5 * v.tick, "n", v.small, "muted-ink", align="right")
        for row in rows:
            if not row.marks:
                continue
            series, i = chart.series[row.marks[0][0]], row.marks[0][1]
            number = series.y[i] if not counts else series.n[i] if series.n else None
            if number is None:
                continue
            canvas.text(
                right, row.middle + 0.34 * v.label,
                words.value(number, "count" if counts else chart.y_format), v.label,
                "muted-ink" if counts else "ink", align="right",
                weight=letters.REGULAR if counts else letters.SEMIBOLD,
            )  # fmt: skip
        right -= wide + v.label


def _missing(canvas: Canvas, v: Variant, series: Series, i: int, x: Scale, y: float) -> None:
    """Say in place of a mark that a value is missing: its note where that is short."""
    note = series.notes[i] if series.notes else ""
    remark, at = note if note and len(note) <= 32 else words.missing(), x(0) + 0.55 * v.label
    _behind(canvas, remark, at, y, v.small, letters.REGULAR)
    canvas.text(at, y + 0.34 * v.small, remark, v.small, "muted-ink")


def _behind(canvas: Canvas, text: str, x: float, y: float, size: float, weight: int) -> None:
    """Put paper behind a text, so that no grid line runs through it."""
    wide = letters.width(text, size, weight)
    canvas.box(x - 0.15 * size, y - 0.5 * size, wide + 0.3 * size, size, "paper")


def _whisker(
    canvas: Canvas, v: Variant, series: Series, i: int, x: Scale, y: float, colour: str
) -> float:
    """Draw an interval, if there is one, and return its right end."""
    low = series.low[i] if series.low else None
    high = series.high[i] if series.high else None
    if low is None or high is None:
        return 0.0
    a, b = x(low), x(min(high, x.high))
    width = (1.3 if colour == "ink" else 2.6) * v.stroke
    if colour == "ink":
        canvas.line((a, y), (b, y), colour, width)
    else:
        canvas.line((a, y), (b, y), "paper", width)
        canvas.line((a, y), (b, y), colour, width, alpha=0.42)
    return b
