"""The layout of a chart's Plotly figure: axes, events, letters, colours and buttons."""

from __future__ import annotations

import math
from html import escape
from typing import Any, Final

from asylum_report import identity
from asylum_report.charts import letters, words
from asylum_report.charts.model import Chart
from asylum_report.charts.placing import Flag, flags
from asylum_report.charts.scales import (
    Scale,
    boundaries,
    instant,
    periods,
    time_span,
    time_ticks,
    value_axis,
)

CONFIG: Final[dict[str, Any]] = {
    "responsive": True,
    "displaylogo": False,
    # Named one by one: by default Plotly offers to send the figures to a server of its own.
    "modeBarButtons": [["zoom2d", "pan2d", "zoomIn2d", "zoomOut2d", "resetScale2d"]],
    "plotlyServerURL": "",
}
"""What Plotly may do with a figure."""

_USUAL = 690.0
"""Width of a plot in pixels for which labels of events are placed."""

_ROOM = 42.0
"""Pixels that the label of a year takes with the space around it."""


def number(v: float | None) -> float | None:
    """Return a value with six decimals at most, None where it is none."""
    return None if v is None or not math.isfinite(v) else round(v, 6)


def period(chart: Chart, x: str) -> str:
    """Return a period as Plotly places it: months and years at their middle."""
    if chart.x_scale == "month":
        return f"{x[:7]}-15"
    if chart.x_scale == "year":
        return f"{x[:4]}-07-01"
    if chart.x_scale == "fiscal-year":
        return f"{x[:4]}-04-01"
    return x


def layout(chart: Chart) -> dict[str, Any]:
    """Return axes, events, letters and the map of colours."""
    grid, ink, quiet = (identity.light(n) for n in ("line", "ink", "muted-ink"))
    low, high, ticks = value_axis(chart, 5)
    across = chart.kind in ("bar", "dot")
    values: dict[str, Any] = {
        "range": [number(low), number(high + (0.02 if chart.y_max else 0.05) * (high - low))],
        "gridcolor": grid, "tickfont": {"color": quiet}, "zeroline": True,
        "zerolinecolor": quiet, "zerolinewidth": 1,
        "tickangle": 0, "automargin": True, "ticklabeloverflow": "allow",
        "fixedrange": False, "title": {"text": escape(chart.y_label)},
    }  # fmt: skip
    if chart.y_format == "points":
        values |= {"tickvals": [number(t.at) for t in ticks], "ticktext": [t.label for t in ticks]}
    else:
        values["tickformat"] = ",.2~%" if chart.y_format == "percent" else ","
    other: dict[str, Any] = {
        "showgrid": False,
        "linecolor": quiet,
        "automargin": True,
        "tickfont": {"color": ink if across else quiet},
    }
    meta: dict[str, Any] = {}
    if chart.x_scale == "category" or across:
        other |= {"type": "category", "categoryorder": "array",
                  "categoryarray": [period(chart, p) for p in periods(chart)]}  # fmt: skip
        if across:
            other["autorange"] = "reversed"
            other["tickvals"] = [period(chart, p) for p in periods(chart)]
            other["ticktext"] = _names(chart, 13, 190)
            other["ticklabelstandoff"] = 9
            meta["narrow"] = _names(chart, 12, 105)
            if chart.kind == "dot" and low == 0:
                # A point at zero stands clear of the names.
                values["range"][0] = number(-0.025 * high)
                values["zeroline"] = False
    else:
        span = [day(end) for end in time_span(chart)]
        other |= {"type": "date", "range": span, "tickangle": 0, **_date_ticks(chart)}
    used = ["ink", "muted-ink", "line", "paper", "surface", *(s.colour for s in chart.series)]
    made: dict[str, Any] = {
        "font": {"family": identity.SANS_STACK.replace('"', "'"),
                 "size": identity.CHART_SIZES["wide"]["tick"], "color": ink},
        "paper_bgcolor": identity.light("paper"), "plot_bgcolor": identity.light("paper"),
        "margin": {"l": 56, "r": 30 if across else 16, "t": 36, "b": 40},
        "xaxis": values if across else other,
        "yaxis": other if across else values,
        "hoverlabel": {"bgcolor": identity.light("surface"), "bordercolor": grid,
                       "font": {"color": ink}, "align": "left"},
        "hovermode": "closest",
        "modebar": {"bgcolor": "rgba(0,0,0,0)", "color": quiet, "activecolor": ink},
        "showlegend": len(chart.series) > 1,
        "legend": {"orientation": "h", "x": 0, "y": -0.06 if chart.tall else -0.1, "yanchor": "top",
                   "itemsizing": "constant", "traceorder": "normal"},
        "barmode": "stack" if chart.kind == "stack" else "group",
        "bargap": 0.26,
        "meta": {"tokens": {identity.light(name): name for name in dict.fromkeys(used)}, **meta},
    }  # fmt: skip
    if chart.events and not across:
        made["shapes"], made["annotations"] = _events(chart, quiet)
        made["margin"]["t"] += 12 - min([a["ay"] for a in made["annotations"]], default=0)
    return made


def _date_ticks(chart: Chart) -> dict[str, Any]:
    """Return year labels between marks where years begin, without month names of a locale."""
    if chart.x_scale == "month":
        ticks = time_ticks(chart, Scale(*time_span(chart), 0, _USUAL), _ROOM, short=False)
        ticks = [t for t in ticks if t.main]
        shown, labels = [day(t.at) for t in ticks], [t.label for t in ticks]
    else:
        kept = periods(chart)
        kept = kept[::-1][:: max(1, math.ceil(len(kept) / 12))][::-1]
        shown = [period(chart, p) for p in kept]
        labels = [words.point(p, chart.x_scale) for p in kept]
    return {
        "tickvals": shown, "ticktext": labels,
        "minor": {"tickmode": "array", "tickvals": [day(b) for b in boundaries(chart)],
                  "ticks": "outside", "ticklen": 5, "tickcolor": identity.light("muted-ink")},
    }  # fmt: skip


def _names(chart: Chart, size: float, limit: float) -> list[str]:
    """Return the names of categories broken into lines."""
    names = [escape(words.point(p, chart.x_scale)) for p in periods(chart)]
    return ["<br>".join(letters.balance(name, size, limit)) for name in names]


def _events(chart: Chart, colour: str) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Return a line and a label above the plot for each event, apart at the usual width."""
    span = time_span(chart)
    inside = [e for e in chart.events if span[0] <= instant(e.date) <= span[1]]
    inside.sort(key=lambda e: (instant(e.date), e.label))
    places = [Scale(*span, 0, _USUAL)(instant(e.date)) for e in inside]
    told = [words.event(e.date, e.label, chart.x_scale) for e in inside]
    widths = [letters.width(text, 11.5) for text in told]
    found = flags(places, widths, -40, _USUAL + 12, 8) or [
        Flag(len(inside) - 1 - k, x, x, False) for k, x in enumerate(places)
    ]
    shapes: list[dict[str, Any]] = []
    notes: list[dict[str, Any]] = []
    for event, text, flag in zip(inside, told, found, strict=True):
        at = event.date if len(event.date) > 7 else day(instant(event.date))
        shapes.append({
            "type": "line", "xref": "x", "yref": "paper", "x0": at, "x1": at, "y0": 0, "y1": 1,
            "line": {"color": colour, "width": 0.8},
        })  # fmt: skip
        notes.append({
            "xref": "x", "yref": "paper", "x": at, "y": 1, "ax": 0, "ay": -10 - 17 * flag.row,
            "showarrow": True, "arrowhead": 0, "arrowwidth": 0.8, "arrowcolor": colour,
            "xanchor": "right" if flag.leftward else "left", "yanchor": "middle",
            "text": escape(text), "borderpad": 4, "font": {"size": 11.5, "color": colour},
        })  # fmt: skip
    return shapes, notes


def day(years: float) -> str:
    """Return a time in years as an ISO day."""
    month = min(11, int(years % 1 * 12))
    return f"{int(years)}-{month + 1:02d}-{min(28, 1 + int((years % 1 * 12 - month) * 30)):02d}"
