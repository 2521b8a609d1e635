"""What a build comes out of, as hashes: equal fingerprints mean equal results.

Three of them, from narrow to wide: the code of one notebook, what charts and numbers come out of,
and everything the website comes out of.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from asylum_report.live import state
from asylum_report.versions import versions

PAGES = ("*.qmd", "??/index.qmd")
"""Pages of text: those at the top, and the home page in other languages."""

DRAWN_BY = ("babel", "matplotlib", "numpy", "pandas", "plotly", "pyarrow", "scipy", "statsmodels")
"""Packages whose version can change a figure or a number."""

PUBLISHED_BY = ("smalldocs", "typst", "pypandoc_binary", "nbclient", "ipykernel")
"""Packages whose version can change a page or the brief."""

DIRECTIONS = "data/reference/directions.yml"
"""What sentences of pages rest on: no figure follows from it."""

NOT_IN_FIGURES = ("publish", "cli")
"""Parts of the package that only publish: a change in them leaves every figure as it is."""

BUILT = (
    "assets/fonts/", "report/brief.typ", "report/brief-data.json", "report/charts/", "report/de/",
    "report/fr/", "report/ru/",
)  # fmt: skip
"""Results that stand among the sources."""


def file_digest(path: Path) -> str:
    """Return the SHA-256 of a file's content."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def files(root: Path, *patterns: str) -> list[Path]:
    """List the files under `root` that match the globs, sorted, without caches and hidden ones."""
    found = {
        path
        for pattern in patterns
        for path in root.glob(pattern)
        if path.is_file() and not _left_out(path.relative_to(root))
    }
    return sorted(found)


def _left_out(path: Path) -> bool:
    return any(part.startswith(".") or part == "__pycache__" for part in path.parts)


def _built(root: Path, path: Path) -> bool:
    return path.relative_to(root).as_posix().startswith(BUILT)


def digests(root: Path, paths: Iterable[Path]) -> dict[str, str]:
    """Return the SHA-256 of each file by its path relative to `root`, with forward slashes."""
    return {path.relative_to(root).as_posix(): file_digest(path) for path in sorted(paths)}


def combine(parts: Mapping[str, Any]) -> str:
    """Return one hash over named parts, which must be JSON values."""
    text = json.dumps(parts, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def of_figures(root: Path) -> str:
    """Return the fingerprint of everything that charts and numbers come out of.

    The package without its publishing parts, the embedded vintages, the tables kept by hand,
    the simulation studies, and the versions of Python and of the packages that compute and draw.
    """
    package = root / "src" / "asylum_report"
    code = [
        path
        for path in files(package, "**/*")
        if not path.relative_to(package).parts[0].startswith(NOT_IN_FIGURES)
    ]
    data = [
        path
        for path in files(root, "data/raw/**/*", "data/reference/**/*", "data/evaluation/*")
        if path != root / DIRECTIONS
    ]
    return combine(
        {
            "files": digests(root, [*code, *data]),
            "held": state.effect(state.read(root / "data" / "refresh.json")),
            "python": list(sys.version_info[:3]),
            "packages": versions(DRAWN_BY),
        }
    )


def of_site(root: Path, publisher: str) -> str:
    """Return the fingerprint of everything that the website comes out of.

    Parameters
    ----------
    publisher
        Name and identity of the publisher, such as ``builtin`` or ``quarto 1.7.34``.
    """
    sources = files(
        root,
        *PAGES,
        "_quarto.yml",
        DIRECTIONS,
        "assets/**/*",
        "notebooks/*.ipynb",
        "report/**/*",
        "src/asylum_report/publish/**/*",
        "tools/*.py",
        "CITATION.cff",
    )
    return combine(
        {
            "figures": of_figures(root),
            "files": digests(root, (p for p in sources if not _built(root, p))),
            "packages": versions(PUBLISHED_BY),
            "publisher": publisher,
            "url": os.environ.get("ASYLUM_REPORT_SITE_URL", ""),
        }
    )


def of_brief(root: Path, prepared: str) -> str:
    """Return the fingerprint of everything that the brief made by the built-in way comes out of.

    Parameters
    ----------
    prepared
        The fingerprint of charts and numbers and of what is written of them.
    """
    sources = files(root, "report/**/*", "src/asylum_report/publish/[bv]*.py")
    return combine(
        {
            "prepared": prepared,
            "files": digests(root, (p for p in sources if not _built(root, p))),
            "packages": versions(["typst", "pypandoc_binary"]),
            "epoch": os.environ.get("SOURCE_DATE_EPOCH", ""),
        }
    )


def of_code(notebook: Mapping[str, Any], figures: str) -> str:
    """Return the fingerprint of what a notebook's code would put out.

    Prose does not count: editing a Markdown cell runs nothing.

    Parameters
    ----------
    notebook
        The notebook as JSON.
    figures
        The fingerprint of what its charts come out of.
    """
    code = [
        ["".join(cell["source"]), cell.get("metadata", {}).get("tags", [])]
        for cell in notebook["cells"]
        if cell["cell_type"] == "code"
    ]
    return combine({"code": code, "figures": figures, "packages": versions(["ipykernel"])})
