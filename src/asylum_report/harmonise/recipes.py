"""Which vintages go into which tidy table, and how."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from asylum_report import corrections, store, tables
from asylum_report.errors import InvalidTable
from asylum_report.harmonise import compiled, eurostat, national, unhcr


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
    Recipe("applications", "migr_asyappctza", eurostat.applicants, every=True),
    Recipe("applications", "migr_asyappctzm", eurostat.applicants, every=True),
    Recipe("applications", "migr_asyctz", eurostat.applicants),
    Recipe("decisions", "migr_asydcfsta", eurostat.decisions, every=True),
    Recipe("decisions", "migr_asydcfina", eurostat.decisions),
    Recipe("enforcement", "migr_eiord", eurostat.enforcement, every=True),
    Recipe("enforcement", "migr_eirtn", eurostat.enforcement, every=True),
    Recipe("enforcement", "migr_eipre", eurostat.enforcement, every=True),
    Recipe("decisions", "bamf-monthly", national.bamf_decisions),
    Recipe("applications", "bamf-monthly", national.bamf_applications),
    Recipe("stocks", "bamf-monthly", national.bamf_pending),
    Recipe("encounters", "cbp-nationwide-encounters", national.encounters),
    Recipe("grants", "ohss-yearbook", national.yearbook),
    Recipe("grants", "prm-admissions", national.admissions),
    Recipe("figures", "figures", compiled.unchanged),
    Recipe("events", "events", compiled.unchanged),
    Recipe("claims", "claims", compiled.unchanged),
)


def used(folder: Path | None = None) -> list[tuple[Recipe, store.Vintage]]:
    """Return each recipe with each vintage that it takes, in a fixed order.

    Parameters
    ----------
    folder
        Folder of vintages; the project's ``data/raw`` unless given.

    Raises
    ------
    DamagedVintage
        If a vintage has no sidecar, or one that lacks a key.
    """
    found: dict[str, list[store.Vintage]] = {}
    for vintage in store.vintages(folder=folder):
        found.setdefault(vintage.dataset, []).append(vintage)
    return [
        (recipe, vintage)
        for recipe in RECIPES
        for vintage in found.get(recipe.dataset, [])[0 if recipe.every else -1 :]
    ]


def table(name: str, taken: Sequence[tuple[Recipe, store.Vintage]] | None = None) -> pd.DataFrame:
    """Return one tidy table made from the vintages on disk, corrected but not yet checked.

    Parameters
    ----------
    name
        The table.
    taken
        What `used` returns; what is in the project's ``data/raw`` unless given.

    Raises
    ------
    DamagedVintage
        If a vintage is not what its sidecar says.
    MendedFault
        If a correction no longer fits.
    InvalidTable
        If a published total contradicts its parts and no correction speaks of it.
    """
    parts = [
        tables.conform(name, recipe.tidy(vintage.read(), vintage.dataset, vintage.date))
        for recipe, vintage in (used() if taken is None else taken)
        if recipe.table == name
    ]
    if not parts:
        return tables.empty(name)
    # Together, because what shows that a fault is still there may stand in another vintage.
    whole = corrections.apply(pd.concat(parts, ignore_index=True), name)
    if name == "decisions":
        _contradictions_known(whole)
    return whole


def _contradictions_known(decisions: pd.DataFrame) -> None:
    """Refuse a published total that its parts contradict, unless a correction speaks of it."""
    unknown = corrections.contradictions(decisions) & (decisions["note"] == "")
    if unknown.any():
        row = decisions.iloc[int(unknown.to_numpy().argmax())]
        place = ", ".join(row[["origin", "destination", "level", "period_start"]])
        raise InvalidTable(
            "a published total contradicts its parts beyond rounding",
            where=f"{row['dataset']} {row['vintage']}, {place}",
            todo="look at it and describe it in data/reference/corrections.yml",
        )


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
