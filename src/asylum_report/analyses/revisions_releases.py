"""What a release covers: whole years, half years, and half years that are carried on as whole."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd

from asylum_report.harmonise.halves import release_name

LEAST = 20
"""Counts below which a cell is left out: a change of one is no per cent there."""
SEVERAL = ["source", "dataset", "destination", "authority", "level", "part", "outcome", "sex",
           "unit", "year"]  # fmt: skip
"""What names a cell: ``part`` is the stage of decisions or the kind of applications."""
RELEASES = ["source", "dataset", "vintage", "day", "release", "kind", "full_year", "half_year"]


def release(source: str, dataset: str, vintage: str, day: str, retrieved: str) -> dict[str, Any]:
    """Return what one release covers.

    Parameters
    ----------
    day
        From when it counts as known, ISO.
    retrieved
        What the sidecar says of where it is from, with UNHCR's name of the release: 2023.6 covers
        the first half of 2023, 2023.12 all of it. Without a name, UNHCR's figures of a year are
        taken as whole from June of the next one on, when they are published; Eurostat's from
        January on, as far as the copy goes (`covered`).

    Returns
    -------
    dict
        The columns of `RELEASES`: ``kind`` is annual or mid-year, ``full_year`` the newest year
        covered whole, ``half_year`` the one covered in part, None in annual releases.
    """
    name, half = release_name(retrieved) if source == "UNHCR" else ("", None)
    if name:
        year, whole = int(name[:4]), half is None
    else:
        year = int(day[:4]) - 1
        whole = source != "UNHCR" or day[5:7] >= "06"
    return {
        "source": source, "dataset": dataset, "vintage": vintage, "day": day,
        "release": name,
        "kind": "annual" if whole else "mid-year", "full_year": year if whole else year - 1,
        "half_year": None if whole else year,
    }  # fmt: skip


def covered(found: pd.DataFrame, releases: pd.DataFrame) -> pd.DataFrame:
    """Return the releases, those without a name with no whole year that they hold no figure of.

    A copy may be made before the newest year is out: by its date Eurostat's of January 2024 could
    hold 2023, but it ends in 2022.
    """
    newest = found.groupby(["dataset", "vintage"])["year"].max().rename("newest").reset_index()
    joined = releases.merge(newest, on=["dataset", "vintage"], how="left")
    limit = joined["newest"].where(joined["release"] == "").fillna(joined["full_year"])
    held = joined["full_year"].astype(int).clip(upper=limit.astype(int))
    return releases.assign(full_year=held.to_numpy())


def carried_on(found: pd.DataFrame, releases: pd.DataFrame) -> set[tuple[str, str, int]]:
    """Return dataset, destination and year where an annual release repeats a half year's figures.

    Judged by every total (or count of applications) of at least `LEAST`, in the last mid-year
    release of the year and the first one that covers it whole.
    """
    wanted = found[found["outcome"].isin(("total", "")) & (found["count"] >= LEAST)]
    result = set()
    for dataset, half, full, year in _pairs(releases):
        mine = wanted[(wanted["dataset"] == dataset) & (wanted["year"] == year)]
        both = _wide(mine, (half, full))
        for destination, group in both.groupby(level="destination"):
            if (group[half] == group[full]).all():
                result.add((dataset, str(destination), year))
    return result


def _pairs(releases: pd.DataFrame) -> list[tuple[str, str, str, int]]:
    """Return dataset, last mid-year release, first annual release and year, for each such year."""
    result = []
    for dataset, group in releases.groupby("dataset"):
        group = group.sort_values("day")
        for year in sorted(group["half_year"].dropna().astype(int).unique()):
            halves = group[group["half_year"] == year]
            fulls = group[group["full_year"] >= year]
            if len(fulls):
                half, full = halves["vintage"].iloc[-1], fulls["vintage"].iloc[0]
                result.append((str(dataset), str(half), str(full), int(year)))
    return result


def _wide(found: pd.DataFrame, vintages: Iterable[str]) -> pd.DataFrame:
    """Return one row a cell and one column a vintage, missing where a vintage lacks the cell."""
    chosen = found[found["vintage"].isin(list(vintages))]
    wide = chosen.pivot_table(index=SEVERAL, columns="vintage", values="count", aggfunc="sum")
    return wide.reindex(columns=list(vintages))


def whole_years(found: pd.DataFrame, releases: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the figures of full years with the day of their release, and those left out.

    Left out are half years carried on and what is marked as partial; figures of a running year
    are in neither.
    """
    about = releases[["dataset", "vintage", "day", "full_year"]]
    joined = found.merge(about, on=["dataset", "vintage"], validate="many_to_one")
    joined = joined[joined["year"] <= joined["full_year"]].drop(columns="full_year")
    carried = carried_on(found, releases)
    where = zip(joined["dataset"], joined["destination"], joined["year"], strict=True)
    out = np.array([one in carried for one in where], dtype=bool)
    out |= (joined["status"] == "partial").to_numpy()
    return joined[~out], joined[out]


def halves(found: pd.DataFrame, releases: pd.DataFrame) -> pd.DataFrame:
    """Return the releases with what became of the half years in the mid-year ones.

    Returns
    -------
    DataFrame
        `RELEASES` and, for the last mid-year release of a year that is whole by now:
        ``half_cells`` (totals of at least `LEAST` in both releases), ``half_share`` (median of
        half-year over full-year figure), ``half_gone`` (cells of at least `LEAST` that the annual
        release lacks), ``carried_on`` (destinations whose half year it repeats).
    """
    carried = carried_on(found, releases)
    result = releases.assign(half_cells=np.nan, half_share=np.nan, half_gone=np.nan, carried_on="")
    wanted = found[found["outcome"].isin(("total", ""))]
    for dataset, half, full, year in _pairs(releases):
        wide = _wide(wanted[(wanted["dataset"] == dataset) & (wanted["year"] == year)],
                     (half, full))  # fmt: skip
        both = wide[(wide[half] >= LEAST) & (wide[full] >= LEAST)]
        gone = (wide[half] >= LEAST) & wide[full].isna()
        names = sorted(to for data, to, when in carried if (data, when) == (dataset, year))
        at = (result["dataset"] == dataset) & (result["vintage"] == half)
        result.loc[at, ["half_cells", "half_gone"]] = [len(both), int(gone.sum())]
        result.loc[at, "half_share"] = (both[half] / both[full]).median()
        result.loc[at, "carried_on"] = " + ".join(names)
    whole = dict.fromkeys(("half_year", "half_cells", "half_gone"), "Int64")
    return result.sort_values(["source", "dataset", "day"]).reset_index(drop=True).astype(whole)
