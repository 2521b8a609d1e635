"""A line as small as a word: one series by year as inline SVG, for the tiles of the home page.

No library and no letters but the years, so that pages in every language show the same picture. It
is hidden from screen readers; the page says beside it in words what it shows.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from asylum_report.charts.model import Series

WIDTH: Final = 176
HEIGHT: Final = 76
LEFT, RIGHT, TOP, FLOOR = 5.0, 171.0, 5.0, 58.0
"""Edges of the plot; below its floor stand the years."""


def spark(series: Series, named: Sequence[str] = (), top: float = 1.0) -> str:
    """Return a series of yearly shares as one line of SVG.

    The rules of the large charts hold: a missing value is a gap, a hollow one is joined to
    nothing, and neither is anything across a break.

    Parameters
    ----------
    series
        Shares by year, ascending.
    named
        Years that get a filled point and their label, besides the first and the last.
    top
        The share at the upper edge. The floor is zero, so that tiles can be compared.

    Raises
    ------
    ValueError
        If the series has fewer than two years.
    """
    if len(series.x) < 2:
        raise ValueError(f"series {series.label!r}: a line needs two years")
    step = (RIGHT - LEFT) / (len(series.x) - 1)
    hollow = series.hollow or (False,) * len(series.x)
    places = [
        None if y is None else (LEFT + k * step, FLOOR - (FLOOR - TOP) * y / top)
        for k, y in enumerate(series.y)
    ]
    shown = {series.x[0], series.x[-1], *named}
    parts = [f'<path class="s-line" d="M{_n(LEFT)} {_n(FLOOR)}H{_n(RIGHT)}"/>']
    if path := _path(series, places, hollow):
        parts.append(f'<path class="s-{series.colour}" d="{path}"/>')
    for x, place, open_ in zip(series.x, places, hollow, strict=True):
        if place is None or not (open_ or x in shown):
            continue
        fill = "f-paper" if open_ else f"f-{series.colour}"
        parts.append(
            f'<circle class="{fill} s-{series.colour}" cx="{_n(place[0])}" cy="{_n(place[1])}"'
            f' r="{"2.6" if open_ else "3"}"/>'
        )
    for k, x in enumerate(series.x):
        if x in shown:
            # Each label but the first ends at its point: two of them two years apart find room.
            at, anchor = (LEFT - 5, "start") if k == 0 else (LEFT + k * step + 5, "end")
            parts.append(
                f'<text class="f-muted-ink" x="{_n(at)}" y="{HEIGHT - 3}"'
                f' text-anchor="{anchor}">{x}</text>'
            )
    return (
        f'<svg class="ar-spark" viewBox="0 0 {WIDTH} {HEIGHT}" aria-hidden="true"'
        f' focusable="false">{"".join(parts)}</svg>'
    )


def _path(
    series: Series, places: Sequence[tuple[float, float] | None], hollow: Sequence[bool]
) -> str:
    """Return the strokes between neighbours that belong together."""
    pieces: list[str] = []
    joined = False
    for k, (x, place) in enumerate(zip(series.x, places, strict=True)):
        before = places[k - 1] if k else None
        if place is None or before is None or hollow[k] or hollow[k - 1] or x in series.breaks:
            joined = False
            continue
        if not joined:
            pieces.append(f"M{_n(before[0])} {_n(before[1])}")
        pieces.append(f"L{_n(place[0])} {_n(place[1])}")
        joined = True
    return "".join(pieces)


def _n(value: float) -> str:
    """Write a coordinate in tenths of a pixel."""
    return f"{value:.1f}".removesuffix(".0")
