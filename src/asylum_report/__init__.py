"""Protection of Russian asylum seekers by destination, rebuilt from official statistics.

>>> import asylum_report as ar
>>> ar.rates(destination="Germany", years=(2023, 2025))  # doctest: +SKIP

Everything is imported when first used, so that the command answers at once.
"""

from __future__ import annotations

import importlib
from typing import Any

__version__ = "0.4.0"

_API = (
    "applications", "changes", "decisions", "encounters", "enforcement", "events", "figures",
    "grants", "rates", "releases", "stocks", "trend",
)  # fmt: skip
__all__ = ["__version__", "chart", "section", "table", *_API]


def __getattr__(name: str) -> Any:
    if name in _API:
        return getattr(importlib.import_module("asylum_report.api"), name)
    if name == "table":
        return importlib.import_module("asylum_report.display").table
    if name in ("chart", "section"):
        return getattr(importlib.import_module("asylum_report.charts.library"), name)
    raise AttributeError(f"module 'asylum_report' has no attribute '{name}'")


def __dir__() -> list[str]:
    return sorted(__all__)
