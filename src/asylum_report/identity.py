"""The report's appearance, in one place: colours, type, distances, widths and the web fonts.

Everything that looks like the report takes its colours, letters and distances from here: pages
through ``assets/tokens.css`` (`tokens_css`), the brief through ``report/tokens.typ``
(`tokens_typst`), charts by import. `write` makes both files; ``docs/design.md`` says why.
"""

from __future__ import annotations

import importlib.util
import io
from pathlib import Path
from typing import Final, NamedTuple

from asylum_report.errors import BuildError


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

SANS: Final = "Source Sans Pro"
"""The one family: headings, text, charts and figures, in two weights and an italic."""

SANS_STACK: Final = '"Source Sans Pro", "Source Sans 3", system-ui, "Segoe UI", Arial, sans-serif'

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


class Face(NamedTuple):
    """One font file: what CSS calls it and where the installed package keeps it."""

    family: str
    weight: int
    style: str
    package: str
    file: str

    @property
    def woff2(self) -> str:
        """Name of the subset served to browsers."""
        slug = self.family.removesuffix(" Pro").lower().replace(" ", "-")
        shape = "italic" if self.style == "italic" else str(self.weight)
        return f"{slug}-{shape}.woff2"

    def path(self) -> Path:
        """Return the font file inside the installed package.

        Raises
        ------
        BuildError
            If the package is not installed.
        """
        spec = importlib.util.find_spec(self.package)
        for folder in (spec.submodule_search_locations or []) if spec else []:
            if (found := Path(folder) / "files" / self.file).is_file():
                return found
        raise BuildError(
            "a font is missing", where=self.file, todo=f"install the package {self.package}"
        )


FACES: Final[tuple[Face, ...]] = (
    Face(SANS, 400, "normal", "font_source_sans_pro", "SourceSansPro-Regular.ttf"),
    Face(SANS, 600, "normal", "font_source_sans_pro", "SourceSansPro-Semibold.ttf"),
    Face(SANS, 400, "italic", "font_source_sans_pro", "SourceSansPro-It.ttf"),
)
"""The faces used on pages, in charts and in the brief."""


def light(name: str) -> str:
    """Return a token's colour on light paper as ``#rrggbb``."""
    return COLOURS[name].light


def tokens_css() -> str:
    """Return the text of ``assets/tokens.css``: variables, font faces and chart classes."""
    parts = [
        "/* Generated from src/asylum_report/identity.py; do not edit. */",
        *(
            f'@font-face{{font-family:"{f.family}";font-weight:{f.weight};font-style:{f.style};'
            f'font-display:swap;src:url(fonts/{f.woff2}) format("woff2")}}'
            for f in FACES
        ),
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


_RANGES = (
    (0x0020, 0x007E), (0x00A0, 0x017F), (0x0218, 0x021B), (0x02C6, 0x02DD), (0x0400, 0x045F),
    (0x0490, 0x0491), (0x2010, 0x2026), (0x202F, 0x203A), (0x2044, 0x2044), (0x20AC, 0x20BD),
    (0x2116, 0x2122), (0x2190, 0x2193), (0x2212, 0x2212), (0x2248, 0x2248), (0x2264, 0x2265),
)  # fmt: skip
_FEATURES = ("kern", "mark", "mkmk", "ccmp", "locl", "tnum", "lnum")


def write_fonts(folder: Path) -> list[Path]:
    """Write the web fonts: subsets of the installed packages' fonts as WOFF2.

    Latin, Latin-1, Latin Extended-A, Russian and Ukrainian Cyrillic (which the italic lacks),
    general punctuation, arrows and the minus sign; kerning and tabular figures kept, hinting
    dropped. The same packages give
    the same bytes. A file newer than its font and this module is left as it is.

    Parameters
    ----------
    folder
        Created when absent; files of other names in it are left alone.

    Returns
    -------
    list of Path
        The files, one a face, in the order of `FACES`.
    """
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for face in FACES:
        target, source = folder / face.woff2, face.path()
        written.append(target)
        newest = max(source.stat().st_mtime, Path(__file__).stat().st_mtime)
        if target.is_file() and target.stat().st_mtime > newest:
            continue
        temporary = folder / f".{face.woff2}.part"
        temporary.write_bytes(_subset(source))
        temporary.replace(target)
    return written


def _subset(path: Path) -> bytes:
    """Return one font's subset as WOFF2."""
    from fontTools import subset
    from fontTools.ttLib import TTFont

    options = subset.Options()
    options.flavor = "woff2"
    options.hinting = False
    options.desubroutinize = True
    options.layout_features = list(_FEATURES)
    options.name_IDs = [0, 1, 2, 3, 4, 5, 6, 13, 14]
    options.notdef_outline = True
    options.drop_tables += ["DSIG", "FFTM", "meta"]
    font = TTFont(path, recalcTimestamp=False, lazy=True)
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=[u for a, b in _RANGES for u in range(a, b + 1)])
    subsetter.subset(font)
    buffer = io.BytesIO()
    font.flavor = "woff2"
    font.save(buffer, reorderTables=False)
    return buffer.getvalue()
