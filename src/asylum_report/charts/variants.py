"""The sizes in which a chart is drawn."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Final

from asylum_report.identity import CHART_SIZES, light

POINTS_PER_MM: Final = 72 / 25.4


@dataclass(frozen=True)
class Variant:
    """One size of a chart, in pixels (points in print).

    Parameters
    ----------
    name
        Part of every id in the drawing.
    width
        Of the content, without ``pad``.
    plot
        Height of the plot of a line or stack.
    height
        Of the whole drawing where it is given from outside; then ``plot`` does not count.
    tick, label, small
        Type sizes: axes, names of series and values, remarks.
    column
        Greatest width of labels beside the ends of lines.
    names
        Greatest width of the names of categories.
    stroke
        Factor of line widths and points.
    numbered
        Whether events are numbered and listed below instead of labelled.
    titled
        Whether title, subtitle, note and source are drawn too.
    pad
        Margin on every side.
    background
        Colour of the ground, or None.
    """

    name: str
    width: float
    plot: float
    height: float | None = None
    tick: float = CHART_SIZES["wide"]["tick"]
    label: float = CHART_SIZES["wide"]["label"]
    small: float = CHART_SIZES["wide"]["small"]
    column: float = 150
    names: float = 210
    stroke: float = 1.0
    numbered: bool = False
    titled: bool = False
    pad: float = 0
    background: str | None = None

    @property
    def compact(self) -> bool:
        """Whether there is room for little beside the marks."""
        return self.width < 420


def _sizes(name: str) -> dict[str, Any]:
    return dict(CHART_SIZES[name])


WIDE: Final = Variant("wide", width=760, plot=320)
NARROW: Final = Variant(
    "narrow", width=360, plot=250, column=92, names=118, numbered=True, **_sizes("narrow")
)
FILE: Final = replace(WIDE, name="file", titled=True, pad=24, background=light("paper"))
"""A picture that stands alone, as SVG or PNG."""


def for_print(width_mm: float, height_mm: float, *, titled: bool = False) -> Variant:
    """Return a size for the brief: small letters, thinner lines, no ground."""
    width = width_mm * POINTS_PER_MM
    return Variant(
        "print", width=width, plot=0, height=height_mm * POINTS_PER_MM,
        column=min(92, 0.22 * width), names=0.3 * width, stroke=0.68, numbered=width < 300,
        titled=titled, **_sizes("print"),
    )  # fmt: skip
