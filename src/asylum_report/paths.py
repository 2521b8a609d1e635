"""Where things are in a checkout of the project."""

from __future__ import annotations

import os
from pathlib import Path

from asylum_report.errors import ReportError


def root() -> Path:
    """Return the project's top folder.

    The environment variable ``ASYLUM_REPORT_ROOT`` wins; then the nearest folder above the
    current one that holds ``_quarto.yml`` and ``data/raw``; then the checkout this package was
    installed from.

    Raises
    ------
    ReportError
        If none of the three holds the project's data.
    """
    named = os.environ.get("ASYLUM_REPORT_ROOT")
    here = Path.cwd()
    candidates = [Path(named)] if named else [here, *here.parents, Path(__file__).parents[2]]
    for folder in candidates:
        if (folder / "_quarto.yml").is_file() and (folder / "data" / "raw").is_dir():
            return folder.resolve()
    raise ReportError(
        "no project found",
        where=str(candidates[0]),
        todo="run inside a checkout of asylum-report or set ASYLUM_REPORT_ROOT to one",
    )


def raw() -> Path:
    """Return the folder of embedded vintages."""
    return root() / "data" / "raw"


def reference() -> Path:
    """Return the folder of hand-kept tables."""
    return root() / "data" / "reference"


def processed() -> Path:
    """Return the folder of built tidy tables.

    The environment variable ``ASYLUM_REPORT_PROCESSED`` wins: that is how everything downstream
    is run on the tables as they were known on an earlier day (`asylum_report.asof`).
    """
    named = os.environ.get("ASYLUM_REPORT_PROCESSED")
    return Path(named) if named else root() / "data" / "processed"


def refresh_state() -> Path:
    """Return the file that remembers how refreshing went and which vintages are held back."""
    return root() / "data" / "refresh.json"


def figures() -> Path:
    """Return the folder of built chart files."""
    return root() / "figures"


def cache() -> Path:
    """Return the folder of everything that can be thrown away."""
    return root() / ".cache"
