"""Lines and stacks: values over time, with events above the plot and names beside the marks."""

from __future__ import annotations

from dataclasses import dataclass

from asylum_report.charts import events, frame, letters, lines, stacks, words
from asylum_report.charts.canvas import Canvas
from asylum_report.charts.model import Chart
from asylum_report.charts.placing import spread
from asylum_report.charts.scales import Scale, Tick, boundaries, time_span, time_ticks, value_axis
from asylum_report.charts.variants import Variant


@dataclass(frozen=True)
class End:
    """A name beside the end of its marks.

    Parameters
    ----------
    series
        Place of the series in the chart.
    x, y
        Where its marks end.
    words
        Lines of the name.
    value
        The last value; behind the last line, or on a line of its own. Empty for a stack and
        where the last value is drawn hollow: a part of a period is no end.
    """

    series: int
    x: float
    y: float
    words: tuple[str, ...]
    value: str


def draw(canvas: Canvas, chart: Chart, v: Variant, top: float, bottom: float | None) -> float:
    """Draw a line or stack chart; return its lower edge.

    Parameters
    ----------
    canvas, chart, v
        Sheet, chart and size.
    top
        Where the drawing may begin.
    bottom
        Where it must end, or None to take the size's own height.
    """
    low, high, ticks = value_axis(chart, 4 if v.compact or bottom is not None else 5)
    left = max(letters.width(t.label, v.tick) for t in ticks) + 0.65 * v.tick
    column = _column(chart, v)
    beside = column is not None
    right = v.width - (column + 1.15 * v.label if column is not None else 0.5 * v.label)
    x = Scale(*time_span(chart), left, right)

    y = top if beside else frame.key(canvas, chart, v, top)
    if chart.y_label:
        y = frame.paragraph(canvas, chart.y_label, v.small, v.width, y, "muted-ink")
    plan = events.plan(chart, v, x)
    totals = stacks.totals(chart, v, x)
    plot_top = y + plan.height + (v.small if totals else 0) + 0.6 * v.tick
    below = frame.event_list_height(plan.events, v) if plan.numbered else 0.0
    x_ticks = time_ticks(chart, x, letters.width("2020", v.tick) + v.tick * 0.8, v.compact)
    axis = v.tick * (1.75 if all(t.main for t in x_ticks) else 3.0)
    plot_bottom = plot_top + v.plot if bottom is None else bottom - axis - below
    if plot_bottom - plot_top < 4 * v.tick:
        raise ValueError(f"chart {chart.name!r} has no room for its plot in this height")
    scale = Scale(low, high, plot_bottom, plot_top)

    _grid(canvas, v, scale, ticks, left, right)
    events.draw(canvas, plan, v, y + plan.height, plot_bottom)
    _time_axis(canvas, chart, v, x, x_ticks, scale(max(low, 0.0)), plot_bottom)
    if chart.kind == "stack":
        ends = stacks.draw(canvas, chart, v, x, scale, totals)
    else:
        ends = lines.draw(canvas, chart, v, x, scale)
    if beside:
        _ends(canvas, chart, v, [_end(chart, v, *e) for e in ends], right, plot_top, plot_bottom)
    y = plot_bottom + axis
    return frame.event_list(canvas, plan.events, v, y) if plan.numbered else y


def _last(chart: Chart, k: int) -> str:
    """Return the last value of a line in words, or nothing where it is drawn hollow."""
    series = chart.series[k]
    shown = [i for i, y in enumerate(series.y) if y is not None]
    if chart.kind == "stack" or not shown or lines.hollow(series, shown[-1]):
        return ""
    return words.value(series.y[shown[-1]], chart.y_format)


def _end(chart: Chart, v: Variant, k: int, x: float, y: float) -> End:
    series = chart.series[k]
    name = letters.balance(series.label, v.label, v.column, letters.SEMIBOLD)
    return End(k, x, y, tuple(name), _last(chart, k))


def _extent(end: End, v: Variant) -> tuple[float, bool]:
    """Return the width of a name, and whether its value needs a line of its own."""
    widths = [letters.width(line, v.label, letters.SEMIBOLD) for line in end.words]
    value = letters.width(end.value, v.label)
    own = bool(end.value) and widths[-1] + 5 + value > v.column
    joined = widths[-1] + (5 + value if end.value and not own else 0)
    return max([*widths, joined, value if own else 0]), own


def _column(chart: Chart, v: Variant) -> float | None:
    """Return the width of the names beside the marks, or None where a key serves better."""
    if chart.kind == "stack" and not stacks.ends_full(chart):
        return None
    if len(chart.series) == 1 and chart.kind == "stack":
        return None
    shown = [
        _end(chart, v, k, 0, 0)
        for k, series in enumerate(chart.series)
        if any(y is not None for y in series.y)
    ]
    extents = [_extent(end, v) for end in shown]
    swatch = 0.95 * v.label if chart.kind == "stack" else 0.0
    widest = max((e[0] for e in extents), default=0.0) + swatch
    tallest = max((len(end.words) + e[1] for end, e in zip(shown, extents, strict=True)), default=0)
    crowded = tallest > 3 or widest > v.column + swatch + 1
    return None if crowded or not shown else widest


def _ends(
    canvas: Canvas, chart: Chart, v: Variant, ends: list[End], right: float, top: float,
    bottom: float,
) -> None:  # fmt: skip
    """Write the names beside the ends of the marks, apart from one another."""
    height = v.label * 1.2
    rows = [len(end.words) + _extent(end, v)[1] for end in ends]
    sizes = [n * height + 0.15 * v.label for n in rows]
    placed = spread([e.y for e in ends], sizes, top - 0.6 * v.label, bottom + 0.6 * v.label)
    for end, y, count in zip(ends, placed, rows, strict=True):
        series = chart.series[end.series]
        colour = frame.label_colour(chart, series)
        x = right + 1.05 * v.label
        if chart.kind == "stack":
            # From every part to its name: a thin part is found by its line.
            elbow, first = x - 0.5 * v.label, y - (count - 1) * height / 2
            canvas.path(
                [[(end.x + 1, end.y), (elbow, first), (x - 0.1 * v.label, first)]],
                series.colour, v.stroke, name=f"leader-{end.series}",
            )  # fmt: skip
        elif abs(y - end.y) > 0.3 * v.label or end.x < right - 2 * v.label:
            start = end.x + 0.5 * v.label
            elbow = x - 0.55 * v.label
            canvas.path(
                [[(start, end.y), (elbow, end.y), (x - 0.2 * v.label, y)]]
                if end.x < right - 2 * v.label
                else [[(start, end.y), (x - 0.2 * v.label, y)]],
                series.colour, 0.9 * v.stroke, alpha=0.65,
            )  # fmt: skip
        if chart.kind == "stack":
            size = 0.66 * v.label
            first = y - (count - 1) * height / 2
            canvas.box(x, first - size / 2, size, size, series.colour)
            x += 0.95 * v.label
        baseline = y - (count - 1) * height / 2 + 0.34 * v.label
        for line in end.words:
            canvas.text(x, baseline, line, v.label, colour, weight=letters.SEMIBOLD)
            baseline += height
        if end.value:
            own = count > len(end.words)
            at = x if own else x + letters.width(end.words[-1], v.label, letters.SEMIBOLD) + 5
            canvas.text(at, baseline - (0 if own else height), end.value, v.label, colour)


def _grid(
    canvas: Canvas, v: Variant, scale: Scale, ticks: list[Tick], left: float, right: float
) -> None:
    for tick in ticks:
        y = scale(tick.at)
        if tick.at != 0:
            canvas.line((left, y), (right, y), "line", 0.9 * v.stroke)
        canvas.text(
            left - 0.55 * v.tick, y + 0.34 * v.tick, tick.label, v.tick, "muted-ink", align="right"
        )


def _time_axis(
    canvas: Canvas, chart: Chart, v: Variant, x: Scale, ticks: list[Tick], zero: float,
    bottom: float,
) -> None:  # fmt: skip
    canvas.line((x.start, zero), (x.end, zero), "muted-ink", 1.1 * v.stroke)
    two_rows = any(not t.main for t in ticks)
    # Where years begin: a label names what lies between two of them, not a moment.
    years = boundaries(chart) if chart.kind == "line" or chart.x_scale == "month" else []
    for at in years:
        canvas.line((x(at), bottom), (x(at), bottom + 0.4 * v.tick), "muted-ink", 0.9 * v.stroke)
    for tick in ticks:
        row = 2.5 if two_rows and tick.main else 1.3
        canvas.text(
            _inside(x(tick.at), tick.label, v), bottom + row * v.tick, tick.label, v.tick,
            "muted-ink", align="center",
        )  # fmt: skip


def _inside(x: float, label: str, v: Variant) -> float:
    """Return the centre of a label, moved so that it stays on the sheet."""
    half = letters.width(label, v.tick) / 2
    return min(max(x, half), v.width - half)
