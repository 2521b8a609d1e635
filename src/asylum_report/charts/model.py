"""What a chart is, before anything draws it: marks, intervals, events, words and its data table.

Plain immutable data, so that a chart can be compared, hashed and stored as JSON. Shares and
differences of shares are fractions everywhere: 0.289 is 28.9%, and 0.05 is five points.
"""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import asdict, dataclass
from typing import Any, Literal

from asylum_report import identity
from asylum_report.recognition import FEW

Kind = Literal["line", "bar", "stack", "dot"]
"""line: values over time. bar: horizontal bars by category, series side by side. stack: vertical
stacked bars over time. dot: horizontal points with intervals by category, sorted as given."""

XScale = Literal["year", "fiscal-year", "month", "category"]
YFormat = Literal["percent", "count", "points"]


@dataclass(frozen=True)
class Series:
    """One labelled run of values.

    Parameters
    ----------
    label
        Shown beside the marks, not in a legend, where there is room.
    colour
        Name of a colour token: germany, france, usa, first, second, third, fourth, muted, accent;
        of a part of a stack also refugee, complementary, rejected, closed.
    x
        ISO dates for month scales ("2023-05"), years as "2023", or category names.
    y
        Values; None is missing and is drawn as a gap, never as zero.
    low, high
        Ends of the interval of each value, or empty.
    n
        Merits decisions or persons behind each value, or empty.
    hollow
        True where the period is partial, provisional or rests on few merits decisions:
        drawn hollow (points) or hatched (bars) and joined to nothing.
    notes
        A word on each value for tooltips and the data table, or empty.
    breaks
        The x at which a new way of counting begins: neither line nor band joins the value before.
    """

    label: str
    colour: str
    x: tuple[str, ...]
    y: tuple[float | None, ...]
    low: tuple[float | None, ...] = ()
    high: tuple[float | None, ...] = ()
    n: tuple[int | None, ...] = ()
    hollow: tuple[bool, ...] = ()
    notes: tuple[str, ...] = ()
    breaks: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for name in ("y", "low", "high", "n", "hollow", "notes"):
            values = getattr(self, name)
            if values and len(values) != len(self.x):
                raise ValueError(
                    f"series {self.label!r}: {name} has {len(values)} values for {len(self.x)} x"
                )
        if len(self.low) != len(self.high):
            raise ValueError(f"series {self.label!r}: an interval needs both low and high")
        if len(set(self.x)) != len(self.x):
            raise ValueError(f"series {self.label!r}: an x stands twice")
        if unknown := [x for x in self.breaks if x not in self.x]:
            raise ValueError(f"series {self.label!r}: a break at {unknown[0]!r}, which is no x")
        if self.colour not in identity.COLOURS:
            raise ValueError(f"series {self.label!r}: no colour is called {self.colour!r}")


@dataclass(frozen=True)
class Event:
    """A dated event, drawn as a thin labelled line."""

    date: str
    label: str


@dataclass(frozen=True)
class Table:
    """The data behind a chart, as shown in its "table" disclosure and its CSV."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str | float | int | None, ...], ...]
    formats: tuple[str, ...] = ()
    """One a column: "text", "percent" (one decimal), "count" (thousands), "points"; or empty."""

    def __post_init__(self) -> None:
        width = len(self.columns)
        if any(len(row) != width for row in self.rows) or len(self.formats) not in (0, width):
            raise ValueError(f"table of {self.columns}: a row or the formats have another length")


@dataclass(frozen=True)
class Chart:
    """A chart: what it shows, in marks and in words.

    Parameters
    ----------
    name
        Short name with hyphens: file name, id prefix and address.
    title
        The finding, as a sentence without its full stop.
    subtitle
        The measure: definition, stage, unit, period.
    source
        Publisher, dataset and vintage of every figure shown.
    alt
        What the chart shows, for those who cannot see it: two or three sentences with figures.
    note
        Partial periods, breaks, what an interval means.
    """

    name: str
    title: str
    subtitle: str
    kind: Kind
    x_scale: XScale
    y_format: YFormat
    series: tuple[Series, ...]
    source: str
    alt: str
    table: Table
    note: str = ""
    events: tuple[Event, ...] = ()
    y_max: float | None = None
    y_label: str = ""
    tall: bool = False
    """Takes the height its categories need, as a long list of destinations does."""
    categories: tuple[str, ...] = ()
    """Order of the rows of bars and dots; by default that of first appearance in the series."""
    hollow_means: str = f"partial or provisional period, or {FEW}"
    """What hollow or hatched marks mean, written below the plot where there are any; or empty."""
    lang: str = "en"
    """Language of its words; what a drawing writes by itself is in it too."""

    def __post_init__(self) -> None:
        if not re.fullmatch(r"[a-z][a-z0-9]*(-[a-z0-9]+)*", self.name):
            raise ValueError(f"chart {self.name!r}: a name is small letters, digits and hyphens")
        known = {x for s in self.series for x in s.x}
        if self.categories and set(self.categories) != known:
            raise ValueError(f"chart {self.name!r}: categories are not those of its series")
        if not known:
            raise ValueError(f"chart {self.name!r}: nothing to draw")

    def key(self) -> str:
        """Return a hash of everything in the chart: equal charts have equal keys."""
        text = json.dumps(asdict(self), sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(text.encode()).hexdigest()[:16]

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        """Return what a notebook keeps of the chart when it ends a cell."""
        from asylum_report.charts.bundle import mimebundle

        return mimebundle(self)
