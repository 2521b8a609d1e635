"""Bars and dots: values by category, one row each, in the order given."""

from __future__ import annotations

from asylum_report.charts import frame, letters, row_marks, words
from asylum_report.charts.canvas import Canvas
from asylum_report.charts.model import Chart
from asylum_report.charts.row_marks import Row
from asylum_report.charts.scales import Scale, Tick, periods, value_axis
from asylum_report.charts.variants import Variant

_MANY = 14
"""Rows from which the axis is written above the plot too."""


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
    y = frame.key(canvas, chart, v, top) if row_marks.needs_key(chart) else top
    if chart.y_label:
        y = frame.paragraph(canvas, chart.y_label, v.small, v.width, y, "muted-ink")
    names = {
        c: tuple(letters.balance(words.point(c, chart.x_scale), v.label, v.names))
        for c in periods(chart)
    }
    left = max(letters.width(n, v.label) for lines in names.values() for n in lines) + v.label * 0.8
    beside = row_marks.columns(chart, v)
    reserved = (
        sum(wide + v.label for _, wide in beside)
        if beside
        else row_marks.value_width(chart, v) + 0.5 * v.label
        if chart.kind == "bar"
        else 0.9 * v.label
    )
    right = v.width - reserved - 0.3 * v.label

    low, high, ticks = value_axis(chart, max(2, int((right - left) / (5.2 * v.tick))))
    x = Scale(low, high, left, right)
    above = len(names) > _MANY
    y += (1.6 * v.tick if above or beside else 0.2 * v.tick) + 0.2 * v.tick
    axis = 1.75 * v.tick
    if bottom is not None and bottom - axis - y < 0.9 * v.label * len(names):
        raise ValueError(f"chart {chart.name!r} has no room for its rows in this height")
    rows = _rows(chart, v, names, y, None if bottom is None else bottom - axis - y)
    end = rows[-1].top + rows[-1].height

    _grid(canvas, v, x, ticks, y, end, above)
    for row in rows:
        _name(canvas, chart, v, row, left, right)
    if x.low <= 0 <= x.high:
        canvas.line((x(0), y), (x(0), end), "muted-ink", 1.1 * v.stroke)
    if chart.kind == "bar":
        row_marks.bars(canvas, chart, v, rows, x)
    else:
        row_marks.dots(canvas, chart, v, rows, x)
        row_marks.figures(canvas, chart, v, rows, beside, y)
    return end + axis


def _rows(
    chart: Chart, v: Variant, names: dict[str, tuple[str, ...]], top: float, room: float | None
) -> list[Row]:
    """Return the rows from top to bottom: as high as they need, or sharing the room there is."""
    count = row_marks.lanes(chart)
    if chart.kind == "bar":
        pitch = v.label * (2.15 if count == 1 else 1.28 * count + 0.9)
    else:
        pitch = v.label * (1.85 if count == 1 else 0.95 * count + 0.9)
    heights = [max(pitch, (len(name) * 1.18 + 0.55) * v.label) for name in names.values()]
    if room is not None:
        heights = [h * room / sum(heights) for h in heights]
    rows = []
    for (category, name), height in zip(names.items(), heights, strict=True):
        rows.append(Row(category, name, top, height, row_marks.marks(chart, category)))
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


def _name(canvas: Canvas, chart: Chart, v: Variant, row: Row, left: float, right: float) -> None:
    if chart.kind == "dot":
        canvas.line(
            (left, row.middle), (right, row.middle), "line", 1.1 * v.stroke, dashes=(1.2, 3)
        )
    height = 1.18 * v.label
    baseline = row.middle - (len(row.name) - 1) * height / 2 + 0.34 * v.label
    for k, line in enumerate(row.name):
        canvas.text(0, baseline + k * height, line, v.label, "ink")
