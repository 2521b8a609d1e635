"""Versions of installed packages, as results and builds note them."""

from __future__ import annotations

from collections.abc import Iterable
from importlib import metadata


def versions(names: Iterable[str]) -> dict[str, str]:
    """Return the installed version of each package; one that is not installed is ``-``."""
    found = {}
    for name in names:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            found[name] = "-"
    return found
