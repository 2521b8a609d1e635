"""The report's appearance, in one place: colours, type sizes, distances and widths.

Everything that looks like the report takes its colours, letters and distances from here: pages
through ``assets/tokens.css`` (`tokens_css`), the brief through ``report/tokens.typ``
(`tokens_typst`), charts by import. `write` makes both files; the letters are in `fonts`;
``docs/design.md`` says why.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final, NamedTuple

from asylum_report import fonts
from asylum_report.fonts import FACES, SANS, SANS_STACK, Face, write_fonts

__all__ = [
    "CHART_SIZES", "COLOURS", "DASHES", "FACES", "GROUND", "GROUPS", "OUTCOMES", "PAPER_GRID",
    "PAPER_SIZES", "SANS", "SANS_STACK", "SERIES", "SHAPES", "SIZES", "SPACES", "TEXT", "WIDTHS",
    "Colour", "Face", "light", "tokens_css", "tokens_typst", "write", "write_fonts",
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
    "figure": "3.25rem",
}
"""Type sizes of pages."""

PAPER_SIZES: Final[dict[str, float]] = {
    "body": 10.3, "lead": 12.2, "small": 8.8, "caption": 7.6, "title": 25, "heading": 13,
    "subheading": 11.5, "figure": 34,
}  # fmt: skip
"""Type sizes of the brief, in points."""

CHART_SIZES: Final[dict[str, dict[str, float]]] = {
    "wide": {"tick": 13, "label": 14, "small": 12.5},
    "narrow": {"tick": 13, "label": 13, "small": 12},
    "print": {"tick": 8, "label": 8.5, "small": 7.5},
}
"""Type sizes of axes, of names and values, and of remarks in charts: pixels, in print points."""

SPACES: Final[tuple[str, ...]] = ("0.25rem", "0.5rem", "1rem", "1.5rem", "2rem", "3rem", "4.5rem")
"""The scale of distances, ``--ar-space-1`` to ``-7``: within a block, between blocks, sections."""

WIDTHS: Final[dict[str, str]] = {
    "page": "64rem",
    "text": "47rem",
    "aside": "13.5rem",
    "gap": "3.5rem",
    "measure": "70ch",
    "column": "17rem",
}
"""The grid of pages: whole page, text, contents beside it, gap, longest line, least column."""

PAPER_GRID: Final[dict[str, str]] = {"edge": "20mm", "side": "50mm", "gap": "6mm"}
"""The grid of the brief: paper to full-width matter, column of side heads, gap beside it."""


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
        *(f"--ar-size-{name}:{size};" for name, size in SIZES.items()),
        *(f"--ar-space-{step}:{size};" for step, size in enumerate(SPACES, 1)),
        *(f"--ar-width-{name}:{size};" for name, size in WIDTHS.items()),
        *(f"--ar-{name}:{colour.light};" for name, colour in COLOURS.items()),
        "}",
        "html.quarto-dark,body.quarto-dark{",
        *(f"--ar-{name}:{colour.dark};" for name, colour in COLOURS.items()),
        "}",
        "@media print{html.quarto-dark,body.quarto-dark{",
        *(f"--ar-{name}:{colour.light};" for name, colour in COLOURS.items()),
        "}}",
        *(
            f"svg .f-{name}{{fill:var(--ar-{name})}}svg .s-{name}{{stroke:var(--ar-{name})}}"
            for name in COLOURS
        ),
    ]
    return "\n".join(parts) + "\n"


def tokens_typst() -> str:
    """Return the text of ``report/tokens.typ``: family, sizes, grid and colours of the brief."""
    sizes = ", ".join(f"{name}: {size:g}pt" for name, size in PAPER_SIZES.items())
    grid = ", ".join(f"{name}: {size}" for name, size in PAPER_GRID.items())
    colours = "".join(f'  "{name}": rgb("{c.light}"),\n' for name, c in COLOURS.items())
    return (
        "// Generated from src/asylum_report/identity.py; do not edit.\n"
        f'#let sans = "{SANS}"\n#let sizes = ({sizes})\n#let grid-of-page = ({grid})\n'
        f"#let colours = (\n{colours})\n"
    )


def write(root: Path) -> list[Path]:
    """Write the style sheet of pages and the tokens of the brief into the project."""
    texts = {"assets/tokens.css": tokens_css(), "report/tokens.typ": tokens_typst()}
    for name, text in texts.items():
        (root / name).write_text(text, encoding="utf-8", newline="\n")
    return [root / name for name in texts]
