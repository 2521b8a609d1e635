"""Bars and dots: values by category, one row each, in the order given."""

from __future__ import annotations

from dataclasses import dataclass

from asylum_report.charts import frame, letters, words
from asylum_report.charts.canvas import Canvas
from asylum_report.charts.lines import hollow, shapes
from asylum_report.charts.model import Chart, Series
from asylum_report.charts.scales import Scale, Tick, periods, value_axis
from asylum_report.charts.variants import Variant


@dataclass(frozen=True)
class Row:
    """One category: its name in lines, its top and its height."""

    category: str
    name: tuple[str, ...]
    top: float
    height: float

    @property
    def middle(self) -> float:
        """Middle of the row."""
        return self.top + self.height / 2


def draw(canvas: Canvas, chart: Chart, v: Variant, top: float, bottom: float | None) -> float:
    """Draw a bar or dot chart; return its lower edge.

    Parameters
    ----------
    canvas, chart, v
        Sheet, chart and size.
    top
        Where the drawing may begin.
    bottom
        Where it must end, or None to take the height its rows need.
    """
    y = frame.key(canvas, chart, v, top) if len(chart.series) > 1 else top
    if chart.y_label:
        y = frame.paragraph(canvas, chart.y_label, v.small, v.width, y, "muted-ink")
    names = {
        c: tuple(letters.balance(words.point(c, chart.x_scale), v.label, v.names))
        for c in periods(chart)
    }
    left = max(letters.width(n, v.label) for lines in names.values() for n in lines) + v.label * 0.8
    columns = _columns(chart, v)
    reserved = sum(w + v.label for _, w in columns) if columns else _beyond(chart, v)
    right = v.width - reserved - 0.3 * v.label

    low, high, ticks = value_axis(chart, max(2, int((right - left) / (5.2 * v.tick))))
    x = Scale(low, high, left, right)
    above = len(names) > 14
    y += (1.6 * v.tick if above or columns else 0.2 * v.tick) + 0.2 * v.tick
    axis = 1.75 * v.tick
    rows = _rows(chart, v, names, y, None if bottom is None else bottom - axis - y)
    end = rows[-1].top + rows[-1].height

    _grid(canvas, v, x, ticks, y, end, above)
    for row in rows:
        _name(canvas, chart, v, row, left, right)
    _zero(canvas, v, x, y, end)
    if chart.kind == "bar":
        _bars(canvas, chart, v, rows, x)
    else:
        _dots(canvas, chart, v, rows, x)
        _values(canvas, chart, v, rows, columns, y)
    return end + axis


def _pitch(chart: Chart, v: Variant) -> float:
    """Return the least height of a row."""
    count = len(chart.series)
    if chart.kind == "bar":
        return v.label * (2.15 if count == 1 else 1.28 * count + 0.9)
    return v.label * (1.85 if count == 1 else 0.95 * count + 0.9)


def _rows(
    chart: Chart, v: Variant, names: dict[str, tuple[str, ...]], top: float, room: float | None
) -> list[Row]:
    heights = [max(_pitch(chart, v), (len(n) * 1.18 + 0.55) * v.label) for n in names.values()]
    if room is not None:
        heights = [h * room / sum(heights) for h in heights]
    rows = []
    for (category, name), height in zip(names.items(), heights, strict=True):
        rows.append(Row(category, name, top, height))
        top += height
    return rows


def _grid(
    canvas: Canvas, v: Variant, x: Scale, ticks: list[Tick], top: float, bottom: float, above: bool
) -> None:
    for tick in ticks:
        at = x(tick.at)
        if tick.at != 0:
            canvas.line((at, top), (at, bottom), "line", 0.9 * v.stroke)
        for y in [bottom + 1.3 * v.tick, *([top - 0.5 * v.tick] if above else [])]:
            canvas.text(at, y, tick.label, v.tick, "muted-ink", align="center")


def _zero(canvas: Canvas, v: Variant, x: Scale, top: float, bottom: float) -> None:
    if x.low <= 0 <= x.high:
        canvas.line((x(0), top), (x(0), bottom), "muted-ink", 1.1 * v.stroke)


def _name(canvas: Canvas, chart: Chart, v: Variant, row: Row, left: float, right: float) -> None:
    if chart.kind == "dot":
        canvas.line(
            (left, row.middle), (right, row.middle), "line", 1.1 * v.stroke, dashes=(1.2, 3)
        )
    height = 1.18 * v.label
    baseline = row.middle - (len(row.name) - 1) * height / 2 + 0.34 * v.label
    for k, line in enumerate(row.name):
        canvas.text(0, baseline + k * height, line, v.label, "ink")


def _value(chart: Chart, series: Series, i: int) -> str:
    return words.value(series.y[i], chart.y_format)


def _remark(series: Series, i: int) -> str:
    """Return what stands in place of a missing value: its note where that is short."""
    note = series.notes[i] if series.notes else ""
    return note if note and len(note) <= 32 else words.MISSING


def _missing(canvas: Canvas, v: Variant, series: Series, i: int, x: Scale, y: float) -> None:
    """Say in place of a mark that a value is missing."""
    remark, at = _remark(series, i), x(0) + 0.55 * v.label
    _behind(canvas, remark, at, y, v.small, letters.REGULAR)
    canvas.text(at, y + 0.34 * v.small, remark, v.small, "muted-ink")


def _behind(canvas: Canvas, text: str, x: float, y: float, size: float, weight: int) -> None:
    """Put paper behind a text, so that no grid line runs through it."""
    wide = letters.width(text, size, weight)
    canvas.box(x - 0.15 * size, y - 0.5 * size, wide + 0.3 * size, size, "paper")


def _beyond(chart: Chart, v: Variant) -> float:
    """Return the room that values beyond the end of the longest bar need."""
    widths = [
        letters.width(_value(chart, s, i), v.label, letters.SEMIBOLD)
        for s in chart.series
        for i in range(len(s.x))
        if s.y[i] is not None
    ]
    return max(widths, default=0.0) + 0.5 * v.label


def _columns(chart: Chart, v: Variant) -> list[tuple[str, float]]:
    """Return the columns of figures beside a single series of dots with their widths."""
    if chart.kind != "dot" or len(chart.series) != 1:
        return []
    series = chart.series[0]
    columns = [("value", _beyond(chart, v) - 0.5 * v.label)]
    if any(n is not None for n in series.n):
        counts = [words.value(n, "count") for n in series.n if n is not None]
        columns.append(("n", max(letters.width(c, v.label) for c in counts)))
    return columns


def _bars(canvas: Canvas, chart: Chart, v: Variant, rows: list[Row], x: Scale) -> None:
    count = len(chart.series)
    for row in rows:
        thick = row.height * (0.62 if count == 1 else 0.8 / count)
        start = row.middle - thick * count / 2
        for k, series in enumerate(chart.series):
            if row.category not in series.x:
                continue
            i = series.x.index(row.category)
            top, value = start + k * thick, series.y[i]
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
            edge = max(end, beyond) if value >= 0 else end
            size = min(v.label, max(v.small * 0.9, thick * 1.05))
            weight = letters.SEMIBOLD if count == 1 else letters.REGULAR
            text, start_x = _value(chart, series, i), edge + 0.4 * v.label
            _behind(canvas, text, start_x, middle, size, weight)
            canvas.text(start_x, middle + 0.34 * size, text, size, "ink", weight=weight)


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


def _dots(canvas: Canvas, chart: Chart, v: Variant, rows: list[Row], x: Scale) -> None:
    count, forms = len(chart.series), shapes(chart)
    for row in rows:
        step = min(0.95 * v.label, row.height * 0.8 / count)
        for k, series in enumerate(chart.series):
            if row.category not in series.x:
                continue
            i = series.x.index(row.category)
            value, y = series.y[i], row.middle + (k - (count - 1) / 2) * step
            if value is None:
                if count == 1:
                    _missing(canvas, v, series, i, x, y)
                continue
            _whisker(canvas, v, series, i, x, y, series.colour)
            canvas.marks(
                [(x(value), y)], forms[k],
                (9.0 if count == 1 else 8.2) * v.stroke, series.colour, hollow=hollow(series, i),
            )  # fmt: skip


def _values(
    canvas: Canvas, chart: Chart, v: Variant, rows: list[Row], columns: list[tuple[str, float]],
    top: float,
) -> None:  # fmt: skip
    """Write the columns of figures beside the rows."""
    if not columns:
        return
    series = chart.series[0]
    right = v.width
    for title, wide in reversed(columns):
        if title == "n":
            canvas.text(right, top - 0.5 * v.tick, "n", v.small, "muted-ink", align="right")
        for row in rows:
            i = series.x.index(row.category)
            number = series.n[i] if title == "n" else series.y[i]
            if number is None:
                continue
            canvas.text(
                right, row.middle + 0.34 * v.label,
                words.value(number, "count" if title == "n" else chart.y_format), v.label,
                "muted-ink" if title == "n" else "ink", align="right",
                weight=letters.REGULAR if title == "n" else letters.SEMIBOLD,
            )  # fmt: skip
        right -= wide + v.label
