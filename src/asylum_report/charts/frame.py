"""What stands around a plot: title, key, remarks, list of events, source."""

from __future__ import annotations

from collections.abc import Sequence

from asylum_report import identity
from asylum_report.charts import letters, speech, words
from asylum_report.charts.canvas import Canvas
from asylum_report.charts.lines import shapes
from asylum_report.charts.model import Chart, Event, Series
from asylum_report.charts.variants import Variant

LINE = 1.32
"""Distance of lines of text, in type sizes."""


def heading(canvas: Canvas, chart: Chart, v: Variant, y: float) -> float:
    """Write title and subtitle; return where the plot may begin."""
    size = 1.6 * v.label
    for line in letters.balance(chart.title, size, v.width, letters.SEMIBOLD):
        y += size * 1.18
        canvas.text(0, y - size * 0.2, line, size, "ink", weight=letters.SEMIBOLD)
    y += 0.3 * v.label
    for line in letters.balance(chart.subtitle, v.label, v.width) if chart.subtitle else []:
        y += v.label * LINE
        canvas.text(0, y - v.label * 0.32, line, v.label, "muted-ink")
    return y + 1.3 * v.label


def paragraph(
    canvas: Canvas, text: str, size: float, limit: float, y: float, colour: str, x: float = 0
) -> float:
    """Write a text over as many lines as it needs; return its lower edge."""
    for line in letters.wrap(text, size, limit) if text else []:
        y += size * LINE
        canvas.text(x, y - size * 0.32, line, size, colour)
    return y


def closing(canvas: Canvas, chart: Chart, v: Variant, y: float) -> float:
    """Write note and source under a rule; return the lower edge."""
    y += 1.0 * v.label
    canvas.line((0, y), (v.width, y), "line", 1.0)
    y += 0.35 * v.label
    y = paragraph(canvas, chart.note, v.small, v.width, y, "muted-ink")
    return paragraph(canvas, _source(chart), v.small, v.width, y, "muted-ink")


def _source(chart: Chart) -> str:
    return f"{speech.say('Source:')} {chart.source}"


def closing_height(chart: Chart, v: Variant) -> float:
    """Return how much `closing` needs."""
    lines = sum(len(letters.wrap(t, v.small, v.width)) for t in (chart.note, _source(chart)) if t)
    return 1.35 * v.label + lines * v.small * LINE


def key(canvas: Canvas, chart: Chart, v: Variant, y: float) -> float:
    """Write the names of the series with a sample of their marks; return the lower edge."""
    x, size, sample = 0.0, v.label, v.label * (1.5 if chart.kind == "line" else 0.95)
    height = size * 1.5
    for k, series in enumerate(chart.series):
        needed = sample + 6 + letters.width(series.label, size, letters.SEMIBOLD)
        if x > 0 and x + needed > v.width:
            x, y = 0.0, y + height
        _sample(canvas, chart, v, k, x, y + height / 2, sample)
        canvas.text(
            x + sample + 6, y + height / 2 + size * 0.34, series.label, size,
            label_colour(chart, series), weight=letters.SEMIBOLD,
        )  # fmt: skip
        x += needed + 18
    return y + height + 0.3 * size


def _sample(
    canvas: Canvas, chart: Chart, v: Variant, k: int, x: float, y: float, size: float
) -> None:
    series, shape = chart.series[k], shapes(chart)[k]
    if chart.kind in ("bar", "stack"):
        canvas.box(x, y - size / 2, size, size, series.colour)
    elif chart.kind == "dot":
        canvas.marks([(x + size / 2, y)], shape, 8.5 * v.stroke, series.colour)
    else:
        dashes = () if chart.x_scale != "month" else identity.DASHES[k % len(identity.DASHES)]
        canvas.line((x, y), (x + size, y), series.colour, 2.2 * v.stroke, dashes=dashes)
        if chart.x_scale != "month":
            canvas.marks([(x + size / 2, y)], shape, 7.5 * v.stroke, series.colour)


def label_colour(chart: Chart, series: Series) -> str:
    """Return the colour of a series' name: its own where that can be read as text."""
    readable = series.colour in identity.SERIES or series.colour == "accent"
    return series.colour if readable and chart.kind in ("line", "dot") else "ink"


def remarks(canvas: Canvas, chart: Chart, v: Variant, y: float) -> float:
    """Write what hollow or hatched marks and strokes at breaks mean; return the lower edge."""
    for kind, text in _remarks(chart):
        y += 0.5 * v.small
        size = 0.8 * v.small
        middle = y + v.small * LINE / 2
        if kind == "break":
            at = 0.72 * v.small
            canvas.line((at, middle - size * 0.6), (at, middle + size * 0.6), "muted-ink", v.stroke)
        elif chart.kind in ("bar", "stack"):
            canvas.hatched(0, middle - size / 2, 1.44 * v.small, size, "muted-ink")
        else:
            canvas.marks([(0.72 * v.small, middle)], "o", size * 0.85, "muted-ink", hollow=True)
        x = 2 * v.small
        y = paragraph(canvas, text, v.small, v.width - x, y, "muted-ink", x)
    return y


def remarks_height(chart: Chart, v: Variant) -> float:
    """Return how much `remarks` needs."""
    return sum(
        0.5 * v.small + v.small * LINE * len(letters.wrap(text, v.small, v.width - 2 * v.small))
        for _, text in _remarks(chart)
    )


def _remarks(chart: Chart) -> list[tuple[str, str]]:
    found = [("hollow", words.hollow_key(chart)), ("break", words.break_key(chart))]
    return [(kind, text) for kind, text in found if text]


def event_text(event: Event) -> str:
    """Return an event for the numbered list: its month and what happened."""
    return f"{words.month(event.date)}: {event.label}"


def event_list(canvas: Canvas, events: Sequence[Event], v: Variant, y: float) -> float:
    """Write the numbered list of events; return its lower edge."""
    y += 0.5 * v.small
    for number, event in enumerate(events, 1):
        middle = y + v.small * LINE / 2
        canvas.badge(0.72 * v.small, middle, str(number), v.small * 0.86)
        x = 2 * v.small
        y = paragraph(canvas, event_text(event), v.small, v.width - x, y, "ink", x) + 2
    return y


def event_list_height(events: Sequence[Event], v: Variant) -> float:
    """Return how much `event_list` needs."""
    return 0.5 * v.small + sum(
        2 + v.small * LINE * len(letters.wrap(event_text(e), v.small, v.width - 2 * v.small))
        for e in events
    )
