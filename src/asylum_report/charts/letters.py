"""The report's letters in Matplotlib: fonts registered once, widths measured, lines broken."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

from asylum_report import identity

REGULAR, SEMIBOLD = 400, 600
SPARE = "DejaVu Sans"
"""Family for characters that the report's faces lack; it comes with Matplotlib."""


@lru_cache(maxsize=1)
def register() -> None:
    """Make the installed faces known to Matplotlib under their CSS family and weight."""
    from matplotlib import get_data_path
    from matplotlib.font_manager import FontEntry, fontManager

    faces = [(f.path(), f.family, f.style, f.weight) for f in identity.FACES]
    # For characters that the report's faces lack, Matplotlib's own bold serves as semibold.
    spare = Path(get_data_path()) / "fonts" / "ttf" / "DejaVuSans-Bold.ttf"
    faces.append((spare, SPARE, "normal", SEMIBOLD))
    for path, family, style, weight in faces:
        fontManager.ttflist.append(
            FontEntry(
                fname=str(path), name=family, style=style, weight=weight, variant="normal",
                stretch="normal", size="scalable",
            )
        )  # fmt: skip


@lru_cache(maxsize=16)
def _font(family: str, weight: int) -> tuple[dict[int, int], Any, int]:
    """Return a face's characters, advance widths and units per em."""
    from fontTools.ttLib import TTFont

    face = next(f for f in identity.FACES if (f.family, f.weight) == (family, weight))
    font = TTFont(face.path(), lazy=True)
    cmap, advances = font.getBestCmap(), font["hmtx"].metrics
    return cmap, advances, int(font["head"].unitsPerEm)


@lru_cache(maxsize=8192)
def width(text: str, size: float, weight: int = REGULAR, family: str = identity.SANS) -> float:
    """Return the width of one line of text in pixels (kerning ignored)."""
    cmap, advances, em = _font(family, weight)
    return sum(advances[cmap.get(ord(c), ".notdef")][0] for c in text) * size / em


def wrap(
    text: str, size: float, limit: float, weight: int = REGULAR, family: str = identity.SANS
) -> list[str]:
    """Break a text into lines no wider than a limit; a longer word has a line of its own.

    Parameters
    ----------
    text
        Breaks at spaces only; a no-break space (U+00A0) holds.
    size, weight, family
        Of the letters.
    limit
        Width in pixels.
    """
    lines: list[str] = []
    for word in text.split(" "):
        if not word:
            continue
        joined = f"{lines[-1]} {word}" if lines else ""
        if joined and width(joined, size, weight, family) <= limit:
            lines[-1] = joined
        else:
            lines.append(word)
    return lines or [""]


def balance(
    text: str, size: float, limit: float, weight: int = REGULAR, family: str = identity.SANS
) -> list[str]:
    """Break as `wrap` does, then narrow the lines as far as their number stays the same."""
    lines = wrap(text, size, limit, weight, family)
    low, high = 0.0, limit
    while len(lines) > 1 and high - low > 4:
        middle = (low + high) / 2
        fits = len(wrap(text, size, middle, weight, family)) <= len(lines)
        low, high = (low, middle) if fits else (middle, high)
    return wrap(text, size, high, weight, family) if len(lines) > 1 else lines
