"""How much first figures move: the first full-year figure of each cell against the latest one.

A cell is one published count: a destination, authority, stage (or kind of application), outcome
and year. Compared are UNHCR's dated releases on Russian citizens and Eurostat's vintages of annual
applicants. What makes such a comparison wrong is kept apart:

- UNHCR's mid-year releases (named 2023.6, 2025.06.1 ...) hold about half of the running year. A
  year's first figure is that of the first release that covers it whole, whatever the date: the
  release 2025.06.1 of March 2026 still holds the half year.
- A half year that an annual release carries on unchanged (United States, 2024) is no full year.
  Such destinations are found by their figures and left out, and counted as left out.
- Years published long before the first copy that is held have no first figure here: ``later``.
- The newest year has been released once or twice, older ones up to nine times, and a figure can
  only be seen to move where there are several. Nothing is summed up over different numbers of
  releases.

Shares have 95% Jeffreys intervals: what share of such cells is revised in the long run, if cells
moved independently. They do not: a destination's cells are revised together. So destinations that
were revised are counted too.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from asylum_report import places
from asylum_report.analyses import revisions_rates, revisions_summary
from asylum_report.analyses.revisions_releases import (
    LEAST,
    SEVERAL,
    covered,
    halves,
    whole_years,
)

NEAR = 0.01
"""Share of the latest figure within which a figure counts as settled."""
YEAR = 366
"""Days after the end of a year within which its first figure appears; a later copy is no first."""

CELLS = [*SEVERAL, "published", "releases", "first_vintage", "first", "vintage", "latest",
         "change", "relative", "revised", "lag_days", "watched_days", "gone"]  # fmt: skip
DATASETS = ("unhcr-asylum-decisions", "unhcr-asylum-applications", "migr_asyappctza")
"""What is compared: UNHCR's two by their names for every origin, and Eurostat's applicants."""


def figures(table: pd.DataFrame, dataset: str) -> pd.DataFrame:
    """Return the counts of a tidy table as cells with their vintage.

    Parameters
    ----------
    table
        Rows of ``decisions`` or ``applications``, of several vintages.
    dataset
        What to call the dataset.

    Returns
    -------
    DataFrame
        `SEVERAL`, ``vintage``, ``count``, ``half`` (half of the rounding base), ``status``.
    """
    whole = table["period_start"].str.endswith("-01-01") & table["period_end"].str.endswith("12-31")
    one = table["period_start"].str[:4] == table["period_end"].str[:4]
    table = table[whole & one & table["count"].notna()]
    if "age" in table:
        table = table[(table["age"] == "TOTAL") & (table["sex"] != "UNK")]
    return pd.DataFrame(
        {
            "source": table["source"],
            "dataset": dataset,
            "destination": table["destination"],
            "authority": table["authority"],
            "level": table["level"],
            "part": table["stage"] if "stage" in table else table["kind"],
            "outcome": table.get("outcome", ""),
            "sex": table.get("sex", ""),
            "unit": table["unit"],
            "year": table["period_start"].str[:4].astype(int),
            "vintage": table["vintage"],
            "count": table["count"].astype(int),
            "half": table["rounding_base"].astype(int) // 2,
            "status": table["status"],
        }
    ).reset_index(drop=True)


def published(whole: pd.DataFrame) -> dict[tuple[str, int], str]:
    """Return of each dataset and year whether the first copy held is its first publication."""
    first = whole.groupby(["dataset", "year"], as_index=False)["day"].min()
    return {
        (str(dataset), int(year)): "first" if _days(f"{year}-12-31", day) <= YEAR else "later"
        for dataset, year, day in zip(first["dataset"], first["year"], first["day"], strict=True)
    }


def cells(
    whole: pd.DataFrame, releases: pd.DataFrame, kinds: Mapping[tuple[str, int], str]
) -> pd.DataFrame:
    """Return every cell with its first and its latest full-year figure.

    Parameters
    ----------
    whole
        Figures of full years with their ``day``, as `whole_years` gives them.
    releases
        Every release, as `revisions_releases.RELEASES` describes it.
    kinds
        What `published` returns.

    Returns
    -------
    DataFrame
        `CELLS`; ``vintage`` is that of the latest figure. ``revised``: the two figures differ by
        more than the rounding of both allows. ``relative``: change over the first figure, missing
        where that is 0. ``lag_days``: days from the first release to the one from which on the
        figure stays within `NEAR` of the latest; figures are seen at releases only, so this is the
        longest that it can have been, and of two copies it is the gap between them.
        ``watched_days``: days from the first release to the last one that has the cell; nothing is
        known of what comes after. ``gone``: UNHCR's newest release no longer has the cell (of
        others' copies none is whole).
    """
    last = releases.sort_values("day").groupby("dataset")["vintage"].last()
    by_cell: dict[tuple[Any, ...], list[Any]] = {}
    ordered = whole.sort_values([*SEVERAL, "day"]).rename(columns={"count": "count_"})
    for row in ordered.itertuples(index=False):
        by_cell.setdefault(tuple(getattr(row, name) for name in SEVERAL), []).append(row)
    result = []
    for key, rows in by_cell.items():
        one = dict(zip(SEVERAL, key, strict=True))
        start, end = rows[0], rows[-1]
        first, latest = int(start.count_), int(end.count_)
        settled = len(rows) - 1
        while settled and abs(rows[settled - 1].count_ - latest) <= NEAR * latest:
            settled -= 1
        result.append(
            one
            | {
                "published": kinds[one["dataset"], one["year"]], "releases": len(rows),
                "first_vintage": start.vintage, "first": first,
                "vintage": end.vintage, "latest": latest, "change": latest - first,
                "relative": (latest - first) / first if first else np.nan,
                "revised": abs(latest - first) > start.half + end.half,
                "lag_days": _days(start.day, rows[settled].day),
                "watched_days": _days(start.day, end.day),
                "gone": one["source"] == "UNHCR" and end.vintage != last[one["dataset"]],
            }
        )  # fmt: skip
    return pd.DataFrame(result, columns=CELLS)


def _days(earlier: str, later: str) -> int:
    return (datetime.date.fromisoformat(later) - datetime.date.fromisoformat(earlier)).days


def tables_of(
    decisions: pd.DataFrame, applications: pd.DataFrame, eurostat: pd.DataFrame,
    releases: pd.DataFrame,
) -> dict[str, pd.DataFrame]:  # fmt: skip
    """Return the tables of results.

    Parameters
    ----------
    decisions, applications
        UNHCR's releases as rows of the tidy tables.
    eurostat
        Vintages of annual applicants, likewise.
    releases
        One row a vintage of each of the three (`revisions_releases.RELEASES`), which are called
        there as in `DATASETS`.

    Returns
    -------
    dict
        ``revisions_cells`` (cells of at least `LEAST` seen twice or more whose first publication
        is held, and every other one that was revised), ``revisions_rates``,
        ``revisions_summary``, ``revisions_releases``.
    """
    three = zip((decisions, applications, eurostat), DATASETS, strict=True)
    found = pd.concat([figures(table, dataset) for table, dataset in three], ignore_index=True)
    releases = covered(found, releases)
    whole, out = whole_years(found, releases)
    kinds = published(pd.concat([whole, out]))
    every = cells(whole, releases, kinds)
    every = every[every[["first", "latest"]].max(axis=1) >= LEAST].reset_index(drop=True)
    left = cells(out, releases, kinds)
    left = left[left[["first", "latest"]].max(axis=1) >= LEAST]
    mine = releases[releases["dataset"] == DATASETS[0]]
    moved = revisions_rates.rates(decisions, mine, whole[whole["dataset"] == DATASETS[0]], kinds)
    shown = (every["releases"] > 1) & ((every["published"] == "first") | every["revised"])
    return {
        "revisions_cells": every[shown].reset_index(drop=True),
        "revisions_rates": moved[moved["published"] == "first"].reset_index(drop=True),
        "revisions_summary": revisions_summary.summary(
            every[~every["destination"].isin(places.AGGREGATES)],
            left[~left["destination"].isin(places.AGGREGATES)],
            moved,
        ),
        "revisions_releases": halves(found, releases),
    }


def compute() -> dict[str, pd.DataFrame]:
    """Return the tables of results from UNHCR's releases and Eurostat's vintages on disk."""
    from asylum_report.analyses import revisions_read

    return tables_of(*revisions_read.read())
