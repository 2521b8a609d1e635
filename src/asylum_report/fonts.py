"""The report's letters: which faces, where they come from, and the web fonts made of them.

A face is served in up to three files. Browsers load a file only where a page has one of its
letters (``unicode-range``): English, German and French pages load the first alone, pages in Russian
the second as well, pages with names from the rest of Europe the third.
"""

from __future__ import annotations

import importlib.util
import io
from pathlib import Path
from typing import Final, NamedTuple

from asylum_report.errors import BuildError

SANS: Final = "Source Sans Pro"
"""The one family: headings, text, charts and figures, in two weights and an italic."""

SANS_STACK: Final = '"Source Sans Pro", "Source Sans 3", system-ui, "Segoe UI", Arial, sans-serif'

CORE: Final = (
    (0x0020, 0x007E), (0x00A0, 0x00A0), (0x00A7, 0x00A7), (0x00A9, 0x00A9), (0x00AB, 0x00AB),
    (0x00B0, 0x00B1), (0x00B7, 0x00B7), (0x00BB, 0x00BB), (0x00C0, 0x00C0), (0x00C2, 0x00C2),
    (0x00C4, 0x00C4), (0x00C7, 0x00CB), (0x00CE, 0x00CF), (0x00D4, 0x00D4), (0x00D6, 0x00D7),
    (0x00D9, 0x00D9), (0x00DB, 0x00DC), (0x00DF, 0x00E0), (0x00E2, 0x00E2), (0x00E4, 0x00E4),
    (0x00E7, 0x00EB), (0x00EE, 0x00EF), (0x00F4, 0x00F4), (0x00F6, 0x00F6), (0x00F9, 0x00F9),
    (0x00FB, 0x00FC), (0x0152, 0x0153), (0x2010, 0x2026), (0x202F, 0x202F), (0x2039, 0x203A),
    (0x20AC, 0x20AC), (0x2190, 0x2193), (0x2212, 0x2212), (0x2248, 0x2248),
    (0x2260, 0x2260), (0x2264, 0x2265), (0x2713, 0x2713),
)  # fmt: skip
"""Characters of the first file: ASCII, the letters of German and French, punctuation, arrows."""

ALL: Final = (
    (0x0020, 0x007E), (0x00A0, 0x017F), (0x0218, 0x021B), (0x02C6, 0x02DD), (0x0400, 0x045F),
    (0x0490, 0x0491), (0x2010, 0x2026), (0x202F, 0x203A), (0x2044, 0x2044), (0x20AC, 0x20BD),
    (0x2116, 0x2122), (0x2190, 0x2193), (0x2212, 0x2212), (0x2248, 0x2248),
    (0x2260, 0x2260), (0x2264, 0x2265), (0x2713, 0x2713),
)  # fmt: skip
"""Characters of all files: Latin-1, Latin Extended-A, Russian and Ukrainian Cyrillic and signs."""

RUSSIAN: Final = ((0x0401, 0x0401), (0x0410, 0x044F), (0x0451, 0x0451), (0x2116, 0x2116))
CYRILLIC: Final = ((0x0400, 0x045F), (0x0490, 0x0491))

NAMED: Final = frozenset(map(ord, "Русский"))
"""Letters of the link to the Russian page, which every page has: the main face's first file."""

FEATURES: Final = ("kern", "mark", "mkmk", "ccmp", "locl", "tnum", "lnum")


class Face(NamedTuple):
    """One font file: what CSS calls it and where the installed package keeps it."""

    family: str
    weight: int
    style: str
    package: str
    file: str

    @property
    def woff2(self) -> str:
        """Name of the first file served to browsers."""
        slug = self.family.removesuffix(" Pro").lower().replace(" ", "-")
        shape = "italic" if self.style == "italic" else str(self.weight)
        return f"{slug}-{shape}.woff2"

    def files(self) -> dict[str, frozenset[int]]:
        """Return what each file served to browsers holds: code points by name of the file."""
        first, russian, every = (_characters(pairs) for pairs in (CORE, RUSSIAN, ALL))
        stem = self.woff2.removesuffix(".woff2")
        if self.style == "italic":  # has no Cyrillic
            return {self.woff2: first, f"{stem}-more.woff2": every - first - _characters(CYRILLIC)}
        return {
            self.woff2: first | (NAMED if (self.family, self.weight) == (SANS, 400) else set()),
            f"{stem}-russian.woff2": russian,
            f"{stem}-more.woff2": every - first - russian,
        }

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


def face_css() -> list[str]:
    """Return the ``@font-face`` rules of the style sheet and what pages in Russian add.

    Pages in Russian name the families with "Russian" first: there a word comes out of one file,
    with its kerning, also where some of its letters are in the first file for the sake of a link.
    """
    rules = []
    for face in FACES:
        loaded: frozenset[int] = frozenset()
        for name, held in face.files().items():
            rules.append(_rule(face, face.family, name, held - loaded))
            loaded |= held
            if "russian" in name:
                rules.append(_rule(face, f"{face.family} Russian", name, held))
    return [
        *rules,
        f':root:lang(ru){{--ar-font-sans:"{SANS} Russian",{SANS_STACK}}}',
    ]


def _rule(face: Face, family: str, name: str, held: frozenset[int]) -> str:
    return (
        f'@font-face{{font-family:"{family}";font-weight:{face.weight};font-style:{face.style};'
        f'font-display:swap;src:url(fonts/{name}) format("woff2");unicode-range:{ranges(held)}}}'
    )


def ranges(characters: frozenset[int]) -> str:
    """Return code points as CSS writes them: ``U+20-7E,U+A0``."""
    parts: list[list[int]] = []
    for point in sorted(characters):
        if parts and parts[-1][1] == point - 1:
            parts[-1][1] = point
        else:
            parts.append([point, point])
    return ",".join(f"U+{a:X}" if a == b else f"U+{a:X}-{b:X}" for a, b in parts)


def write_fonts(folder: Path) -> list[Path]:
    """Write the web fonts: subsets of the installed packages' fonts as WOFF2.

    Kerning and tabular figures are kept, hinting is dropped. The same packages give the same
    bytes. A file newer than its font and this module is left as it is.

    Parameters
    ----------
    folder
        Created when absent; files of other names in it are left alone.

    Returns
    -------
    list of Path
        The files, two or three a face, in the order of `FACES`.
    """
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for face in FACES:
        source = face.path()
        newest = max(source.stat().st_mtime, Path(__file__).stat().st_mtime)
        for name, held in face.files().items():
            target = folder / name
            written.append(target)
            if target.is_file() and target.stat().st_mtime > newest:
                continue
            temporary = folder / f".{name}.part"
            temporary.write_bytes(_subset(source, held))
            temporary.replace(target)
    return written


def _characters(pairs: tuple[tuple[int, int], ...]) -> frozenset[int]:
    return frozenset(point for a, b in pairs for point in range(a, b + 1))


def _subset(path: Path, held: frozenset[int]) -> bytes:
    """Return one font's subset as WOFF2."""
    from fontTools import subset
    from fontTools.ttLib import TTFont

    options = subset.Options()
    options.flavor = "woff2"
    options.hinting = False
    options.desubroutinize = True
    options.layout_features = list(FEATURES)
    options.name_IDs = [0, 1, 2, 3, 4, 5, 6, 13, 14]
    options.notdef_outline = True
    options.drop_tables += ["DSIG", "FFTM", "meta"]
    font = TTFont(path, recalcTimestamp=False, lazy=True)
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=sorted(held))
    subsetter.subset(font)
    buffer = io.BytesIO()
    font.flavor = "woff2"
    font.save(buffer, reorderTables=False)
    return buffer.getvalue()
