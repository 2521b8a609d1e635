"""A chart as a Plotly figure: the same marks, colours, intervals and events, as plain data.

The figure is written out by hand rather than with Plotly's Python classes: it loads at once,
brings no template and gives the same bytes every time. Colours are those of light paper; the page
exchanges them by the map in ``layout.meta.tokens`` when it is dark.
"""

from __future__ import annotations

import json
from html import escape
from typing import Any

from asylum_report import identity
from asylum_report.charts import lines, speech, words
from asylum_report.charts.model import Chart, Series
from asylum_report.charts.plotly_layout import CONFIG, day, layout, number, period
from asylum_report.charts.scales import place

_SHAPES = {"o": "circle", "s": "square", "^": "triangle-up", "v": "triangle-down", "D": "diamond",
           "P": "cross", "X": "x"}  # fmt: skip
_DASHES = ("solid", "dash", "dashdot", "dot")


@speech.in_its_language
def figure(chart: Chart) -> dict[str, Any]:
    """Return a Plotly figure as a dictionary with ``data``, ``layout`` and ``config``.

    Parameters
    ----------
    chart
        What to draw.
    """
    chart = words.typeset(chart)
    data: list[dict[str, Any]] = []
    for k in range(len(chart.series)):
        data += _line(chart, k) if chart.kind == "line" else [_bars_or_dots(chart, k)]
    return {"data": data, "layout": layout(chart), "config": CONFIG}


def to_json(chart: Chart) -> str:
    """Return the figure as compact JSON, the same bytes every time."""
    return json.dumps(figure(chart), ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def _hover(chart: Chart, series: Series, i: int) -> str:
    """Return the words of a tooltip: value, interval, n and note."""
    parts = [
        f"<b>{escape(series.label)}</b>, {escape(words.point(series.x[i], chart.x_scale))}",
        f"<b>{words.value(series.y[i], chart.y_format)}</b>",
    ]
    if interval := words.interval(series, i, chart.y_format):
        parts.append(f"interval {interval}")
    if series.n and series.n[i] is not None:
        parts.append(f"n = {words.value(series.n[i], 'count')}")
    if lines.hollow(series, i) and chart.hollow_means:
        parts.append(f"<i>{escape(chart.hollow_means)}</i>")
    if series.notes and series.notes[i]:
        parts.append(f"<i>{escape(series.notes[i])}</i>")
    return "<br>".join(parts)


def _line(chart: Chart, k: int) -> list[dict[str, Any]]:
    """Return the traces of one line: bands, the line, strokes at breaks, then the points."""
    series, colour = chart.series[k], identity.light(chart.series[k].colour)
    xs = [period(chart, x) for x in series.x]
    runs = lines.stretches(lines.joined(chart, series))
    bands = [run for run in runs if _known(series, run)]
    traces: list[dict[str, Any]] = [_band(series, xs, run, colour, k) for run in bands]
    x: list[str | None] = []
    y: list[float | None] = []
    for a, b in runs:
        x += [*xs[a : b + 1], None]
        y += [*(number(v) for v in series.y[a : b + 1]), None]
    if x:
        dash = _DASHES[k % len(_DASHES)] if chart.x_scale == "month" else "solid"
        traces.append({
            "type": "scatter", "mode": "lines", "x": x[:-1], "y": y[:-1],
            "line": {"color": colour, "width": 2.3, "dash": dash},
            "hoverinfo": "skip", "showlegend": False, "legendgroup": str(k),
        })  # fmt: skip
    if found := lines.broken(series):
        traces.append(_breaks(chart, series, found, colour, k))
    banded = {i for a, b in bands for i in range(a, b + 1)}
    traces.append(_points(chart, k, xs, [i not in banded for i in range(len(xs))]))
    return traces


def _known(series: Series, run: tuple[int, int]) -> bool:
    """Return whether every value of a run has an interval, so that a band can show them."""
    values = range(run[0], run[1] + 1)
    return bool(series.low) and all(
        e[i] is not None for e in (series.low, series.high) for i in values
    )


def _breaks(chart: Chart, series: Series, found: list[int], colour: str, k: int) -> dict[str, Any]:
    """Return the short strokes in the gaps before breaks."""
    between = [(place(chart, series.x[i - 1]) + place(chart, series.x[i])) / 2 for i in found]
    heights = [((series.y[i - 1] or 0) + (series.y[i] or 0)) / 2 for i in found]
    return {
        "type": "scatter", "mode": "markers", "name": f"{escape(series.label)}: break",
        "x": [day(at) for at in between], "y": [number(height) for height in heights],
        "marker": {"symbol": "line-ns", "size": lines.BREAK, "color": colour,
                   "line": {"width": 1.3, "color": colour}},
        "hovertext": [
            f"<b>{escape(series.label)}</b><br>counted in a new way from "
            f"{escape(words.point(series.x[i], chart.x_scale))} on"
            for i in found
        ],
        "hoverinfo": "text", "showlegend": False, "legendgroup": str(k),
    }  # fmt: skip


def _band(
    series: Series, xs: list[str], run: tuple[int, int], colour: str, k: int
) -> dict[str, Any]:
    indices = list(range(run[0], run[1] + 1))
    back = indices[::-1]
    return {
        "type": "scatter", "mode": "lines", "fill": "toself", "fillcolor": f"{colour}24",
        "x": [xs[i] for i in indices + back],
        "y": [number(series.low[i]) for i in indices] + [number(series.high[i]) for i in back],
        "line": {"width": 0}, "hoverinfo": "skip", "showlegend": False, "legendgroup": str(k),
    }  # fmt: skip


def _errors(series: Series, shown: list[bool], colour: str) -> dict[str, Any] | None:
    """Return error bars for the values whose interval is not shown otherwise."""
    if not series.low:
        return None
    plus: list[float | None] = []
    minus: list[float | None] = []
    for y, low, high, show in zip(series.y, series.low, series.high, shown, strict=True):
        known = show and y is not None and low is not None and high is not None
        plus.append(number(high - y) if known else None)  # type: ignore[operator]
        minus.append(number(y - low) if known else None)  # type: ignore[operator]
    if not any(v is not None for v in plus):
        return None
    return {
        "type": "data", "symmetric": False, "array": plus, "arrayminus": minus, "width": 0,
        "thickness": 1.4, "color": colour,
    }  # fmt: skip


def _points(chart: Chart, k: int, xs: list[str], whiskers: list[bool]) -> dict[str, Any]:
    """Return the points of a line or a row of dots, hollow where they are."""
    series, colour = chart.series[k], identity.light(chart.series[k].colour)
    shape = _SHAPES[lines.shapes(chart)[k]]
    many = len(xs) > 40
    across = chart.kind == "dot"
    values = [number(v) for v in series.y]
    trace: dict[str, Any] = {
        "type": "scatter", "mode": "markers", "name": escape(series.label), "legendgroup": str(k),
        "x": values if across else xs, "y": xs if across else values,
        "marker": {
            "color": colour,
            "symbol": [
                shape + ("-open" if lines.hollow(series, i) else "") for i in range(len(xs))
            ],
            "size": [3.4 if many and not lines.hollow(series, i) else 8 for i in range(len(xs))],
            "opacity": 1,
            "line": {
                "width": [
                    1.8 if lines.hollow(series, i) else 0 if many else 0.8 for i in range(len(xs))
                ],
                "color": identity.light("paper"),
            },
        },
        "hovertext": [_hover(chart, series, i) for i in range(len(xs))],
        "hoverinfo": "text", "cliponaxis": False,
    }  # fmt: skip
    errors = _errors(series, whiskers, colour)
    if errors:
        trace["error_x" if across else "error_y"] = errors
    return trace


def _bars_or_dots(chart: Chart, k: int) -> dict[str, Any]:
    """Return the trace of one series of bars, columns or dots."""
    series, colour = chart.series[k], identity.light(chart.series[k].colour)
    xs = [period(chart, x) for x in series.x]
    if chart.kind == "dot":
        return _points(chart, k, xs, [True] * len(xs))
    across = chart.kind == "bar"
    values = [number(v) for v in series.y]
    trace: dict[str, Any] = {
        "type": "bar", "name": escape(series.label), "orientation": "h" if across else "v",
        "x": values if across else xs, "y": xs if across else values,
        "marker": {
            "color": colour,
            "pattern": {
                "shape": ["/" if lines.hollow(series, i) else "" for i in range(len(xs))],
                "fillmode": "replace", "size": 6, "solidity": 0.3,
            },
            "line": {"color": colour, "width": 1},
        },
        "hovertext": [_hover(chart, series, i) for i in range(len(xs))],
        "hoverinfo": "text",
    }  # fmt: skip
    errors = _errors(series, [across] * len(xs), identity.light("ink"))
    if errors:
        trace["error_x"] = errors
    return trace
