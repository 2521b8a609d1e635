"""Events on a time axis: thin lines with labelled flags, or numbered where room is short."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from asylum_report.charts import letters, words
from asylum_report.charts.canvas import Canvas, Point
from asylum_report.charts.model import Chart, Event
from asylum_report.charts.placing import Flag, flags, spread
from asylum_report.charts.scales import Scale, instant
from asylum_report.charts.variants import Variant


@dataclass(frozen=True)
class Plan:
    """Where the events of a chart stand."""

    events: tuple[Event, ...]
    places: tuple[float, ...]
    flags: tuple[Flag, ...]
    texts: tuple[tuple[str, ...], ...]
    numbered: bool
    height: float


def plan(chart: Chart, v: Variant, x: Scale) -> Plan:
    """Return where each event inside the time axis stands, and how high its labels are."""
    inside = [e for e in chart.events if x.low <= instant(e.date) <= x.high]
    inside.sort(key=lambda e: (instant(e.date), e.label))
    if not inside or chart.x_scale == "category":
        return Plan((), (), (), (), False, 0.0)
    places = [x(instant(e.date)) for e in inside]
    told = [words.event(e.date, e.label, chart.x_scale) for e in inside]
    texts = [tuple(letters.balance(t, v.small, 14 * v.small)) for t in told]
    widths = [max(letters.width(line, v.small) for line in text) for text in texts]
    found = None if v.numbered else flags(places, widths, 0, v.width, 0.45 * v.small)
    if found is None:
        return Plan(tuple(inside), tuple(places), (), (), True, 1.9 * v.small)
    height = sum(_rows(found, texts, v))
    return Plan(tuple(inside), tuple(places), tuple(found), tuple(texts), False, height)


def _rows(found: Sequence[Flag], texts: Sequence[tuple[str, ...]], v: Variant) -> list[float]:
    """Return the height of each row of labels, from the plot upwards."""
    return [
        max((len(t) for f, t in zip(found, texts, strict=True) if f.row == row), default=0)
        * 1.2 * v.small + 0.45 * v.small
        for row in range(max(f.row for f in found) + 1)
    ]  # fmt: skip


def draw(canvas: Canvas, plan: Plan, v: Variant, base: float, bottom: float) -> None:
    """Draw the lines and labels of events.

    Parameters
    ----------
    canvas, plan, v
        Sheet, places and size.
    base
        Lower edge of the labels.
    bottom
        Lower end of the lines.
    """
    if plan.numbered:
        _numbers(canvas, plan, v, base, bottom)
        return
    rows = _rows(plan.flags, plan.texts, v) if plan.flags else []
    for x, flag, text in zip(plan.places, plan.flags, plan.texts, strict=True):
        top = base - sum(rows[: flag.row + 1])
        _line(canvas, v, [(x, top + 0.2 * v.small), (x, bottom)])
        for k, line in enumerate(text):
            canvas.text(
                flag.right if flag.leftward else flag.left, top + (1.2 * k + 1.0) * v.small, line,
                v.small, "muted-ink", align="right" if flag.leftward else "left",
            )  # fmt: skip


def _line(canvas: Canvas, v: Variant, points: list[Point]) -> None:
    canvas.path([points], "muted-ink", 0.9 * v.stroke, alpha=0.65)


def _numbers(canvas: Canvas, plan: Plan, v: Variant, base: float, bottom: float) -> None:
    size = 1.6 * v.small
    count = len(plan.places)
    placed = spread(list(plan.places), [size] * count, 0, v.width)
    middle = base - 0.95 * v.small
    for number, (x, disc) in enumerate(zip(plan.places, placed, strict=True), 1):
        _line(canvas, v, [(disc, middle), (disc, base), (x, base + 0.35 * v.small), (x, bottom)])
        canvas.badge(disc, middle, str(number), v.small * 0.9)
