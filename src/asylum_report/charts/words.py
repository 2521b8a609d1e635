"""Values, dates and labels of a chart in words, for axes, marks, tables and tooltips."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import replace

from asylum_report.charts import speech
from asylum_report.charts.model import Chart, Event, Series, Table

MISSING = "not published"
"""What a table shows where the publisher gives no figure."""

NBSP = "\u00a0"
MINUS = "\u2212"


def value(y: float | None, form: str, *, decimals: int | None = None) -> str:
    """Return a value as a reader sees it.

    Parameters
    ----------
    y
        The value; shares and differences of shares as fractions (0.289 is 28.9%).
    form
        ``percent``, ``count`` or ``points``; anything else gives the number as it is.
    decimals
        Digits after the point; by default one for percent and points, none for counts.
    """
    if y is None:
        return missing()
    return speech.figure(_value(y, form, decimals))


def missing() -> str:
    """Return what stands where the publisher gives no figure."""
    return speech.say(MISSING)


def _value(y: float, form: str, decimals: int | None) -> str:
    """Return a value as English writes it."""
    if form == "percent":
        return _signed(f"{_tidy(100 * y, 1 if decimals is None else decimals)}%")
    if form == "points":
        number = _tidy(100 * y, 1 if decimals is None else decimals)
        plus = "+" if 100 * y > 0 and float(number.replace(",", "")) > 0 else ""
        return _signed(plus + number)
    if form == "count":
        whole = float(y).is_integer()
        digits = decimals if decimals is not None else (0 if whole else 1)
        return _signed(_tidy(y, digits))
    return _signed(f"{y:,.6g}")


def _tidy(y: float, decimals: int) -> str:
    """Return a number with thousands separators, without a negative zero."""
    text = f"{y:,.{decimals}f}"
    return text.removeprefix("-") if not text.strip("-0.,") else text


def _signed(text: str) -> str:
    return text.replace("-", MINUS)


def tick(y: float, step: float, form: str) -> str:
    """Return an axis label: no more decimals than the step between ticks needs."""
    if form in ("percent", "points"):
        scaled = round(100 * step, 6)
        return value(y, form, decimals=0 if scaled.is_integer() else 1)
    if form == "count" and abs(y) >= 1_000_000:
        millions = f"{y / 1e6:,.1f}".removesuffix(".0")
        return speech.figure(_signed(millions)) + NBSP + speech.say("m")
    return value(y, "count", decimals=0 if float(step).is_integer() else 1)


def month(date: str) -> str:
    """Return "2022-02-24" or "2022-02" as "Feb 2022", and "2022" as it is."""
    found = re.match(r"(\d{4})-(\d{2})", date)
    return speech.month(found[0]) if found else date


def point(x: str, scale: str) -> str:
    """Return the period or category of one value in words."""
    if scale == "month":
        return month(x)
    return f"{speech.say('FY')}{NBSP}{x}" if scale == "fiscal-year" and x.isdigit() else x


def interval(series: Series, i: int, form: str) -> str:
    """Return the interval of one value in words, or an empty text where it has none."""
    low = series.low[i] if series.low else None
    high = series.high[i] if series.high else None
    if low is None or high is None:
        return ""
    return speech.span(value(low, form), value(high, form))


def event(date: str, label: str, scale: str) -> str:
    """Return an event as written beside its line.

    On an axis of years with its month: the point of a year stands in the middle of the year, so
    that a line in February looks nearer to the year before.
    """
    return f"{label}, {month(date)}" if scale in ("year", "fiscal-year") else label


def break_key(chart: Chart) -> str:
    """Return what the stroke at a break means; empty where the note says it or there is none."""
    told = _told(chart, r"\b(breaks?|strokes?)\b", "break or stroke")
    if chart.kind != "line" or told or not any(s.breaks for s in chart.series):
        return ""
    return speech.say("Gap with a stroke: counted in a new way from there on")


def _told(chart: Chart, english: str, named: str) -> bool:
    """Return whether a chart's note explains a mark already; `named` leads to the other words."""
    words = english if chart.lang == "en" else speech.say(named)
    return re.search(words, chart.note, re.IGNORECASE) is not None


def hollow_key(chart: Chart) -> str:
    """Return what hollow or hatched marks mean.

    Empty where the chart has none, or where its note says it already.
    """
    explained = _told(chart, r"\b(hollow|hatched)\b", "hollow or hatched")
    if explained or not chart.hollow_means or not any(any(s.hollow) for s in chart.series):
        return ""
    mark = "Hatched:" if chart.kind in ("bar", "stack") else "Hollow:"
    return f"{speech.say(mark)} {chart.hollow_means}"


def cell(content: str | float | int | None, form: str) -> str:
    """Return a table cell in words; a missing figure as "not published"."""
    if content is None or content != content:
        return missing()
    if isinstance(content, str):
        return content
    return value(content, form if form in ("percent", "count", "points") else "")


def raw(content: str | float | int | None) -> str:
    """Return a cell for CSV: plain digits, at most six decimals, empty where missing."""
    if content is None or content != content:
        return ""
    if isinstance(content, (str, int)):
        return str(content)
    text = f"{content:.6f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


_APOSTROPHE = re.compile(r"(?<=[^\W_])'(?=[^\W_])|(?<=s)'(?=[\s.,;:!?)]|$)")


def apostrophes(text: str) -> str:
    """Return a text with the apostrophes of its words as typographers set them (U+2019)."""
    return _APOSTROPHE.sub("\u2019", text)


def rewritten(chart: Chart, say: Callable[[str], str]) -> Chart:
    """Return a chart with every text that a reader sees put through a function."""

    def every(texts: Iterable[str]) -> tuple[str, ...]:
        return tuple(map(say, texts))

    rows = tuple(
        tuple(say(c) if isinstance(c, str) else c for c in row) for row in chart.table.rows
    )
    series = tuple(
        replace(s, label=say(s.label), x=every(s.x), notes=every(s.notes), breaks=every(s.breaks))
        for s in chart.series
    )
    return replace(
        chart,
        title=say(chart.title),
        subtitle=say(chart.subtitle),
        source=say(chart.source),
        alt=say(chart.alt),
        note=say(chart.note),
        y_label=say(chart.y_label),
        hollow_means=say(chart.hollow_means),
        series=series,
        categories=every(chart.categories),
        events=tuple(Event(e.date, say(e.label)) for e in chart.events),
        table=Table(every(chart.table.columns), rows, chart.table.formats),
    )


def typeset(chart: Chart) -> Chart:
    """Return a chart whose words are set as they are shown: every drawing begins with this.

    The files of figures keep the words as written.
    """
    return rewritten(chart, apostrophes)
