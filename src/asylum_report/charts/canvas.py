"""A sheet measured in pixels from its top left corner, on which Matplotlib draws.

Charts are laid out by this package, not by Matplotlib's axes: every label has its measured place,
which is what keeps labels apart at 360 pixels as well as at 760.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from asylum_report import identity
from asylum_report.charts.letters import REGULAR, SEMIBOLD, SPARE, register

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Point = tuple[float, float]

# Half a side or radius that gives shapes of equal weight to the eye.
_SHAPE_SIZE = {"o": 1.0, "s": 0.9, "D": 0.84, "^": 1.1, "v": 1.1}


class Canvas:
    """A figure of a given width whose height is set at the end.

    Parameters
    ----------
    width
        Of the content, in pixels (points in print).
    pad
        Margin on every side; coordinates begin inside it.
    background
        Colour of the ground, or None for a transparent one.
    """

    def __init__(self, width: float, pad: float = 0, background: str | None = None) -> None:
        from matplotlib.figure import Figure
        from matplotlib.transforms import Affine2D

        register()
        self.width, self.pad = width, pad
        self.figure: Figure = Figure(
            figsize=(1, 1), dpi=72, facecolor=background or "none", edgecolor="none"
        )
        self._pixels = Affine2D()
        self._transform = self._pixels + self.figure.dpi_scale_trans
        self._z = 1.0

    def finish(self, height: float) -> Figure:
        """Set the height of the content in pixels and return the figure."""
        pad = self.pad / 72
        self.figure.set_size_inches(self.width / 72 + 2 * pad, height / 72 + 2 * pad)
        self._pixels.clear().scale(1 / 72, -1 / 72).translate(pad, height / 72 + pad)
        return self.figure

    def _next(self) -> float:
        self._z += 0.001
        return self._z

    def text(
        self, x: float, y: float, content: str, size: float, colour: str = "ink", *,
        weight: int = REGULAR, align: str = "left", family: str = identity.SANS,
    ) -> None:  # fmt: skip
        """Write one line with its baseline at y."""
        self.figure.text(
            x, y, content, transform=self._transform, fontsize=size, ha=align, va="baseline",
            family=[family, SPARE], weight=weight, color=identity.light(colour),
            parse_math=False, zorder=self._next(),
        )  # fmt: skip

    def path(
        self, pieces: Sequence[Sequence[Point]], colour: str, width: float = 1.0, *,
        dashes: tuple[float, ...] = (), alpha: float | None = None, name: str = "",
        cap: str = "butt",
    ) -> None:  # fmt: skip
        """Draw open lines, each piece on its own."""
        from matplotlib.patches import PathPatch

        patch = PathPatch(
            _path(pieces, close=False), transform=self._transform, facecolor="none",
            edgecolor=identity.light(colour), linewidth=width, alpha=alpha, capstyle=cap,
            joinstyle="round", zorder=self._next(), gid=name or None,
            linestyle=(0, tuple(d / width for d in dashes)) if dashes else "solid",
        )  # fmt: skip
        patch.set_clip_on(False)
        self.figure.add_artist(patch)

    def line(self, start: Point, end: Point, colour: str, width: float = 1.0, **kw: object) -> None:
        """Draw one straight line."""
        self.path([[start, end]], colour, width, **kw)  # type: ignore[arg-type]

    def area(
        self, pieces: Sequence[Sequence[Point]], fill: str, *, edge: str = "", width: float = 0.0,
        alpha: float | None = None, name: str = "",
    ) -> None:  # fmt: skip
        """Fill closed shapes."""
        from matplotlib.patches import PathPatch

        patch = PathPatch(
            _path(pieces, close=True), transform=self._transform, facecolor=identity.light(fill),
            edgecolor=identity.light(edge) if edge else "none", linewidth=width, alpha=alpha,
            joinstyle="miter", zorder=self._next(), gid=name or None,
        )  # fmt: skip
        patch.set_clip_on(False)
        self.figure.add_artist(patch)

    def box(self, x: float, y: float, width: float, height: float, fill: str) -> None:
        """Fill a rectangle given by its top left corner."""
        self.area([_rectangle(x, y, width, height)], fill)

    def hatched(self, x: float, y: float, width: float, height: float, colour: str) -> None:
        """Draw a rectangle as an outline with diagonal lines: a partial or provisional figure."""
        if width < 0.3 or height < 0.3:
            return
        inset = min(0.6, width / 2, height / 2)
        x, y, width, height = x + inset, y + inset, width - 2 * inset, height - 2 * inset
        self.area([_rectangle(x, y, width, height)], "paper", edge=colour, width=1.2)
        strokes = []
        # Diagonals x + y = c, on one grid for the whole sheet so that neighbours line up.
        for k in range(math.ceil((x + y) / 5), math.floor((x + y + width + height) / 5) + 1):
            c = 5.0 * k
            a, b = max(x, c - y - height), min(x + width, c - y)
            if b - a > 0.5:
                strokes.append([(a, c - a), (b, c - b)])
        if strokes:
            self.path(strokes, colour, 1.1)

    def marks(
        self, points: Sequence[Point], shape: str, size: float, colour: str, *,
        hollow: bool = False, name: str = "",
    ) -> None:  # fmt: skip
        """Draw points of one shape: filled with a thin rim of paper, or hollow."""
        from matplotlib.lines import Line2D

        if not points:
            return
        paper, ink = identity.light("paper"), identity.light(colour)
        line = Line2D(
            [p[0] for p in points], [p[1] for p in points], transform=self._transform,
            linestyle="none", marker=shape, markersize=size * _SHAPE_SIZE.get(shape, 1.0),
            markerfacecolor=paper if hollow else ink, markeredgecolor=ink if hollow else paper,
            markeredgewidth=1.7 if hollow else 1.0, zorder=self._next(), gid=name or None,
        )  # fmt: skip
        line.set_clip_on(False)
        self.figure.add_artist(line)

    def badge(self, x: float, y: float, content: str, size: float) -> None:
        """Draw a number in a disc, centred at (x, y)."""
        self.marks([(x, y)], "o", size * 1.45, "muted-ink")
        self.text(x, y + size * 0.34, content, size, "paper", weight=SEMIBOLD, align="center")


def _rectangle(x: float, y: float, width: float, height: float) -> list[Point]:
    return [(x, y), (x + width, y), (x + width, y + height), (x, y + height)]


def _path(pieces: Sequence[Sequence[Point]], *, close: bool):  # type: ignore[no-untyped-def]
    from matplotlib.path import Path

    vertices: list[Point] = []
    codes: list[Any] = []
    for piece in pieces:
        vertices += piece
        codes += [Path.MOVETO] + [Path.LINETO] * (len(piece) - 1)
        if close:
            vertices.append(piece[0])
            codes.append(Path.CLOSEPOLY)
    return Path(vertices, codes)
