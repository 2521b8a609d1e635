"""Where values and periods stand: axis ranges, ticks, and the place of each period."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from itertools import pairwise

from asylum_report.charts import speech, words
from asylum_report.charts.model import Chart


@dataclass(frozen=True)
class Scale:
    """A linear map from values to pixels."""

    low: float
    high: float
    start: float
    end: float

    def __call__(self, v: float) -> float:
        """Return the pixel of a value."""
        return self.start + (v - self.low) / (self.high - self.low) * (self.end - self.start)


@dataclass(frozen=True)
class Tick:
    """A place on an axis: where, its label, and whether it is a main one."""

    at: float
    label: str
    main: bool = True


def nice_step(span: float, target: int) -> float:
    """Return a step of 1, 2, 2.5 or 5 times a power of ten that gives about `target` steps."""
    rough = span / max(target, 1)
    power = 10.0 ** math.floor(math.log10(rough))
    for factor in (1, 2, 2.5, 5, 10):
        if factor * power >= rough * 0.999:
            return float(factor * power)
    return 10 * power


def value_axis(chart: Chart, target: int) -> tuple[float, float, list[Tick]]:
    """Return the range of values and its ticks.

    Shares and counts start at zero; differences in points take in zero. Every interval is inside
    unless the chart sets ``y_max``.

    Parameters
    ----------
    chart
        Gives values, intervals, format and ``y_max``.
    target
        Number of steps wanted, about.
    """
    if chart.kind == "stack":
        low, top = 0.0, max([sum(values) for values in stacked(chart)] or [0.0])
    else:
        numbers = [
            v
            for s in chart.series
            for v in (*s.y, *s.low, *s.high)
            if v is not None and math.isfinite(v)
        ]
        low, top = min([0.0, *numbers]), max([0.0, *numbers])
    if chart.y_max is not None:
        top = chart.y_max
    if top <= low:
        top = low + (1.0 if chart.y_format == "count" else 0.1)
    step = nice_step(top - low, target)
    if chart.y_format == "count":
        step = max(1.0, step)
    # The axis ends on a tick, or at the greatest value where that is far below the next tick.
    first = math.floor(low / step + 1e-9)
    last = math.ceil(top / step - 1e-9)
    high = last * step if chart.y_max is None else chart.y_max
    base = first * step
    if chart.y_max is None and high - top > 0.45 * step:
        high = top + 0.04 * step
    if low - base > 0.45 * step:
        base = low - 0.04 * step
    if chart.y_format == "percent" and low >= 0:
        high = min(high, max(1.0, top))
    ticks = [
        Tick(i * step, words.tick(i * step, step, chart.y_format))
        for i in range(first, last + 1)
        if base - step * 1e-9 <= i * step <= high + step * 1e-9
    ]
    return base, high, ticks


def stacked(chart: Chart) -> list[list[float]]:
    """Return, by period of the chart, the values of its series that are not missing."""
    return [[v for s in chart.series for v in [value_at(s.x, s.y, x)] if v] for x in periods(chart)]


def value_at(xs: tuple[str, ...], ys: tuple[float | None, ...], x: str) -> float | None:
    """Return the value at a period, None where there is none."""
    return ys[xs.index(x)] if x in xs else None


def periods(chart: Chart) -> list[str]:
    """Return all x of a chart: periods sorted by date, categories as given."""
    seen = list(dict.fromkeys([*chart.categories, *(x for s in chart.series for x in s.x)]))
    return seen if chart.x_scale == "category" else sorted(seen, key=lambda x: place(chart, x))


def place(chart: Chart, x: str) -> float:
    """Return the middle of a period in years: 2023.5 for 2023, 2023.04 for January 2023.

    A US fiscal year is three months ahead of the calendar year of its name.
    """
    if chart.x_scale == "category":
        return float(periods(chart).index(x))
    found = re.match(r"^(\d{4})(?:-(\d{2}))?", x)
    if not found:
        raise ValueError(f"chart {chart.name!r}: {x!r} is no year or month")
    year, month = int(found[1]), found[2]
    if chart.x_scale == "month" and month:
        return year + (int(month) - 0.5) / 12
    return year + (0.25 if chart.x_scale == "fiscal-year" else 0.5)


def instant(date: str) -> float:
    """Return a date in years: 2022.146 for 2022-02-24; its middle for a month or a year alone."""
    parts = [int(p) for p in date.split("-")]
    if len(parts) == 1:
        return parts[0] + 0.5
    day = parts[2] if len(parts) > 2 else 15.5
    return parts[0] + (parts[1] - 1 + (day - 1) / 30.5) / 12


def time_span(chart: Chart) -> tuple[float, float]:
    """Return the beginning and end of the time axis in years: whole first to whole last period."""
    places = [place(chart, x) for x in periods(chart)] or [0.0]
    half = 0.5 / 12 if chart.x_scale == "month" else 0.5
    return min(places) - half, max(places) + half


def time_ticks(chart: Chart, scale: Scale, room: float, short: bool) -> list[Tick]:
    """Return the labels of a time axis.

    Years stand under the middle of their points, or of their twelve months; where there is no
    room every second, fifth or tenth. A span of up to two years of months has months too.

    Parameters
    ----------
    chart, scale
        The chart and its map from years to pixels.
    room
        Pixels that one year's label needs.
    short
        Whether years may be written with two digits.
    """
    low, high = scale.low, scale.high
    if chart.x_scale == "category":
        return [Tick(float(i), x) for i, x in enumerate(periods(chart))]
    shift = 0.25 if chart.x_scale == "fiscal-year" else 0.5
    years = range(math.floor(low + 1e-6), math.ceil(high + 0.25 - 1e-6))
    wide = abs(scale(1.0) - scale(0.0))
    every = next((n for n in (1, 2, 5, 10, 20) if wide * n >= room), 50)
    if chart.x_scale == "month":
        return _month_ticks(low, high, wide, years, every, room)
    fiscal = speech.say("FY")
    mark = fiscal if short else f"{fiscal}{words.NBSP}"
    prefix = mark if chart.x_scale == "fiscal-year" else ""
    shown = {round(place(chart, x) - shift) for x in periods(chart)}
    last = max(shown)
    return [
        Tick(y + shift, prefix + (f"{y % 100:02d}" if short and prefix else str(y)))
        for y in range(min(shown), last + 1)
        if (last - y) % every == 0
    ]


def boundaries(chart: Chart) -> list[float]:
    """Return where the years shown begin, and where the last ends, inside the time axis."""
    low, high = time_span(chart)
    if chart.x_scale == "category":
        return []
    first = 0.75 if chart.x_scale == "fiscal-year" else 0.0
    years = range(math.floor(low), math.ceil(high) + 1)
    return [y + first for y in years if low - 1e-6 <= y + first <= high + 1e-6]


def _month_ticks(
    low: float, high: float, wide: float, years: range, every: int, room: float
) -> list[Tick]:
    """Return years under the middle of their visible months, and months where there is room."""
    ticks = []
    for year in years:
        first, last = max(low, year), min(high, year + 1)
        # A year of which only some months are shown has a label where its neighbours leave room.
        own = (last - first) * wide
        apart = (every - 0.5) * wide + own / 2
        if year % every == 0 and own >= 0.4 * room and apart >= 0.85 * room:
            ticks.append(Tick((first + last) / 2, str(year)))
    step = next((n for n in (1, 2, 3, 6) if wide / 12 * n >= 0.9 * room), 12)
    for k in range(math.floor(low * 12 + 0.5), math.floor(high * 12 + 0.5)):
        if step < 6 and k % 12 % step == 0:
            ticks.append(Tick((k + 0.5) / 12, speech.months()[k % 12], main=False))
    return ticks


def runs(flags: list[bool]) -> list[tuple[int, int]]:
    """Return the stretches of true flags as first and last index."""
    edges = [False, *flags, False]
    starts = [i for i, (a, b) in enumerate(pairwise(edges)) if b and not a]
    ends = [i - 1 for i, (a, b) in enumerate(pairwise(edges)) if a and not b]
    return list(zip(starts, ends, strict=True))
