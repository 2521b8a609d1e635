"""The report's appearance, in one place: colours and type sizes; the letters are in `fonts`.

Everything that looks like the report takes its colours and letters from here: charts, pages
(through ``assets/tokens.css``, the output of `tokens_css`) and the brief.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from asylum_report import fonts
from asylum_report.fonts import FACES, SANS, SANS_STACK, SERIF, SERIF_STACK, Face, write_fonts

__all__ = [
    "COLOURS",
    "DASHES",
    "FACES",
    "GROUND",
    "GROUPS",
    "OUTCOMES",
    "SANS",
    "SANS_STACK",
    "SERIES",
    "SERIF",
    "SERIF_STACK",
    "SHAPES",
    "SIZES",
    "TEXT",
    "Colour",
    "Face",
    "light",
    "tokens_css",
    "write_fonts",
]  # fmt: skip


class Colour(NamedTuple):
    """A colour on light paper and on dark paper."""

    light: str
    dark: str


TEXT: Final[dict[str, Colour]] = {
    "ink": Colour("#1b2430", "#e8ebef"),
    "muted-ink": Colour("#566172", "#a5aebb"),
    "accent": Colour("#0a5a78", "#7cc4e8"),
}
"""Colours of letters: each at least 4.5 : 1 on paper and on surface."""

GROUND: Final[dict[str, Colour]] = {
    "paper": Colour("#ffffff", "#15191f"),
    "surface": Colour("#f6f5f1", "#1e242c"),
    "line": Colour("#dcdfe4", "#343b45"),
}
"""What lies behind letters and marks: paper, panels, rules and grids."""

SERIES: Final[dict[str, Colour]] = {
    "germany": Colour("#0b3765", "#a3b4ee"),
    "france": Colour("#b0351a", "#ec6f48"),
    "usa": Colour("#128285", "#4fdcb8"),
    "first": Colour("#2b5bb8", "#6db8f7"),
    "second": Colour("#b1600a", "#d99a2b"),
    "third": Colour("#610f4c", "#b95ae9"),
    "fourth": Colour("#237a4b", "#9fd67f"),
    "muted": Colour("#6b7280", "#8b8f98"),
}
"""Colours of lines, points and bars; labels take the same colour, so 4.5 : 1 on paper."""

OUTCOMES: Final[dict[str, Colour]] = {
    "refugee": Colour("#0c4049", "#9deede"),
    "complementary": Colour("#41a27f", "#35866d"),
    "rejected": Colour("#a8481c", "#f2a057"),
    "closed": Colour("#918fb0", "#6f6c8c"),
}
"""Colours of stacked outcomes, at least 3 : 1 on paper; neighbours differ in grey too."""

GROUPS: Final[tuple[tuple[str, ...], ...]] = (
    ("germany", "france", "usa"),
    ("first", "second", "third", "fourth", "muted"),
    ("refugee", "complementary", "rejected", "closed"),
)
"""Colours that may stand in one chart, told apart by every common kind of colour vision."""

COLOURS: Final[dict[str, Colour]] = TEXT | GROUND | SERIES | OUTCOMES
"""Every token by name."""

SHAPES: Final[dict[str, str]] = {
    "germany": "o", "france": "s", "usa": "^", "first": "o", "second": "s", "third": "D",
    "fourth": "^", "muted": "v", "accent": "o",
}  # fmt: skip
"""Shape of a point by colour token, so that a chart can be read in grey (Matplotlib's names)."""

DASHES: Final[tuple[tuple[float, ...], ...]] = ((), (8, 1.8), (8, 1.8, 2.2, 1.8), (3.6, 1.6))
"""Dashes of the first, second, third and fourth line that carries no points, in pixels."""

SIZES: Final[dict[str, str]] = {
    "body": "1.0625rem",
    "lead": "1.25rem",
    "small": "0.9375rem",
    "caption": "0.875rem",
    "title": "2.25rem",
    "heading": "1.5rem",
    "subheading": "1.1875rem",
}
"""Type sizes of pages; those of charts are in pixels, in `asylum_report.charts.variants`."""


def light(name: str) -> str:
    """Return a token's colour on light paper as ``#rrggbb``."""
    return COLOURS[name].light


def tokens_css() -> str:
    """Return the text of ``assets/tokens.css``: variables, font faces and chart classes."""
    parts = [
        "/* Generated from src/asylum_report/identity.py; do not edit. */",
        *fonts.face_css(),
        ":root{",
        f"--ar-font-sans:{SANS_STACK};",
        f"--ar-font-serif:{SERIF_STACK};",
        *(f"--ar-size-{name}:{size};" for name, size in SIZES.items()),
        *(f"--ar-{name}:{colour.light};" for name, colour in COLOURS.items()),
        "}",
        "html.quarto-dark,body.quarto-dark{",
        *(f"--ar-{name}:{colour.dark};" for name, colour in COLOURS.items()),
        "}",
        "@media print{html.quarto-dark,body.quarto-dark{",
        *(f"--ar-{name}:{colour.light};" for name, colour in COLOURS.items()),
        "}}",
        *(
            f".ar-chart .f-{name}{{fill:var(--ar-{name})}}"
            f".ar-chart .s-{name}{{stroke:var(--ar-{name})}}"
            for name in COLOURS
        ),
    ]
    return "\n".join(parts) + "\n"
