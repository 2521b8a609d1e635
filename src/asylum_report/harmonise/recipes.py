"""Which vintages go into which tidy table, and how."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from asylum_report import corrections, store, tables
from asylum_report.harmonise import unhcr


@dataclass(frozen=True)
class Recipe:
    """One dataset's way into one table.

    Parameters
    ----------
    table
        The tidy table.
    dataset
        The dataset's name in the store.
    tidy
        Raw table, dataset and vintage to rows of the table; a pure function.
    every
        Whether every vintage goes in, or only the newest.
    """

    table: str
    dataset: str
    tidy: Callable[[pd.DataFrame, str, str], pd.DataFrame]
    every: bool = False


RECIPES = (
    Recipe("decisions", "unhcr-asylum-decisions", unhcr.decisions),
    Recipe("applications", "unhcr-asylum-applications", unhcr.applications),
    Recipe("stocks", "unhcr-population", unhcr.stocks),
)


def used(folder: Path | None = None) -> Iterator[tuple[Recipe, store.Vintage]]:
    """Yield each recipe with each vintage that it takes, in a fixed order."""
    for recipe in RECIPES:
        found = store.vintages(dataset=recipe.dataset, folder=folder)
        for vintage in found if recipe.every else found[-1:]:
            yield recipe, vintage


def table(name: str, folder: Path | None = None) -> pd.DataFrame:
    """Return one tidy table made from the vintages on disk, corrected but not yet checked.

    Parameters
    ----------
    name
        The table.
    folder
        Folder of vintages; the project's ``data/raw`` unless given.

    Raises
    ------
    DamagedVintage
        If a vintage is not what its sidecar says.
    MendedFault
        If a correction no longer fits.
    """
    parts = []
    for recipe, vintage in used(folder):
        if recipe.table == name:
            rows = recipe.tidy(vintage.read(), vintage.dataset, vintage.date)
            parts.append(corrections.apply(tables.conform(name, rows), name))
    return pd.concat(parts, ignore_index=True) if parts else tables.empty(name)


def releases(dataset: str, folder: Path | None = None) -> pd.DataFrame:
    """Return every release of UNHCR's decisions or applications of Russian citizens.

    For comparing releases: the tidy tables hold the newest only.

    Parameters
    ----------
    dataset
        unhcr-asylum-decisions-RUS or unhcr-asylum-applications-RUS.
    """
    name = "decisions" if "decisions" in dataset else "applications"
    tidy = unhcr.decisions if name == "decisions" else unhcr.applications
    parts = [
        tables.conform(name, tidy(one.read(), one.dataset, one.date))
        for one in store.vintages(dataset=dataset, folder=folder)
    ]
    return pd.concat(parts, ignore_index=True) if parts else tables.empty(name)
