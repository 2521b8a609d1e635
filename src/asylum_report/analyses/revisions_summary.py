"""Revisions summed up: shares with intervals, medians and the largest, a row a group."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from asylum_report import places
from asylum_report.recognition import jeffreys

COLUMNS = [
    "source", "dataset", "figure", "published", "years", "releases", "first_vintage",
    "vintage", "cells", "destinations", "left_out", "gone", "revised", "revised_share",
    "revised_low", "revised_high", "over_1pc", "over_1pc_share", "over_1pc_low", "over_1pc_high",
    "destinations_revised", "destinations_share", "destinations_low", "destinations_high",
    "median_absolute", "largest_absolute", "largest_absolute_cell", "median_relative",
    "largest_relative", "largest_relative_cell", "median_absolute_revised",
    "median_relative_revised", "never_off", "never_off_share", "never_off_low", "never_off_high",
    "median_lag_days", "longest_lag_days", "watched_days", "median_points", "p90_points",
    "largest_points", "largest_points_cell",
]  # fmt: skip
GROUP = ["source", "dataset", "figure", "published", "years", "releases"]
WHOLE = ["revised", "over_1pc", "destinations_revised", "never_off", "largest_absolute",
         "longest_lag_days", "watched_days"]  # fmt: skip
"""Columns of whole numbers that are missing where nothing can be said."""
ONE_POINT = 0.01
_SEX = {"T": "both sexes", "F": "women and men", "M": "women and men"}
_PART = {"all": "all applicants", "first": "first-time applicants", "repeat": "repeat applicants"}


def figure(row: Any) -> str:
    """Return which group of figures a cell belongs to."""
    if row.outcome:
        return "decisions, total" if row.outcome == "total" else "decisions by outcome"
    if row.source == "UNHCR":
        return "applications"
    # Both sexes apart from each: a copy may give only one of the two, and they are not independent.
    return f"{_PART.get(row.part, row.part)}, {_SEX.get(row.sex, row.sex)}"


def years(table: pd.DataFrame) -> pd.Series:
    """Return the year of each row whose first publication is held; the others pooled as a span."""
    text = table["year"].astype(str)
    older = table["published"] == "later"
    if not older.any():
        return text
    spans = table[older].groupby(["dataset", "releases"])["year"].agg(["min", "max"])
    named = [
        "-".join(str(each) for each in dict.fromkeys(spans.loc[(dataset, releases)]))
        if late
        else year
        for dataset, releases, late, year in zip(
            table["dataset"], table["releases"], older, text, strict=True
        )
    ]
    return pd.Series(named, index=table.index, dtype="str")


def _share(number: int, of: int) -> tuple[float, float, float]:
    """Return a share with its 95% Jeffreys interval; nothing of nothing."""
    if of == 0:
        return np.nan, np.nan, np.nan
    split = (number, of - number)
    return (number / of, *jeffreys(split, split))


def named(row: Any) -> str:
    """Return a cell in words: Canada 2025, first, refugee."""
    parts = [str(getattr(row, name, "")) for name in ("part", "stage", "outcome", "sex")]
    words = ", ".join(part for part in parts if part and part != "T")
    return f"{places.name(row.destination)} {row.year}, {words} ({row.authority})"


def _largest(group: pd.DataFrame, column: str) -> tuple[Any, str]:
    """Return the value that is largest in size, and its cell; the first by key among equals."""
    sizes = group[column].abs().fillna(-1)
    if sizes.max() <= 0:
        return (np.nan if sizes.max() < 0 else 0), ""
    row = group.iloc[int(sizes.to_numpy().argmax())]  # argmax gives the first
    return row[column], named(row)


def _median(values: pd.Series) -> float:
    return float(values.abs().median()) if values.notna().any() else np.nan


def _seen_twice(group: pd.DataFrame) -> dict[str, Any]:
    """Return what can be said of cells that were released at least twice."""
    n, moved = len(group), group[group["revised"]]
    over = int((group["relative"].abs() > 0.01).sum())
    # From nothing to something is more than any per cent.
    over += int((group["relative"].isna() & (group["change"] != 0)).sum())
    never = int((group["lag_days"] == 0).sum())
    found: dict[str, Any] = {"revised": len(moved), "over_1pc": over, "never_off": never}
    for name, number in list(found.items()):
        share, low, high = _share(number, n)
        found |= {f"{name}_share": share, f"{name}_low": low, f"{name}_high": high}
    there, touched = group["destination"].nunique(), moved["destination"].nunique()
    share, low, high = _share(touched, there)
    absolute, absolute_cell = _largest(group, "change")
    relative, relative_cell = _largest(group, "relative")
    return found | {
        "destinations_revised": touched, "destinations_share": share, "destinations_low": low,
        "destinations_high": high,
        "median_absolute": _median(group["change"]), "largest_absolute": absolute,
        "largest_absolute_cell": absolute_cell, "median_relative": _median(group["relative"]),
        "largest_relative": relative, "largest_relative_cell": relative_cell,
        "median_absolute_revised": _median(moved["change"]),
        "median_relative_revised": _median(moved["relative"]),
        "median_lag_days": float(group["lag_days"].median()),
        "longest_lag_days": int(group["lag_days"].max()),
        "watched_days": int(group["watched_days"].max()),
    }  # fmt: skip


def _rates_seen_twice(group: pd.DataFrame) -> dict[str, Any]:
    n, moved = len(group), group[group["revised"]]
    over = int((group["points"].abs() > ONE_POINT).sum())
    found: dict[str, Any] = {"revised": len(moved), "over_1pc": over}
    for name, number in list(found.items()):
        share, low, high = _share(number, n)
        found |= {f"{name}_share": share, f"{name}_low": low, f"{name}_high": high}
    there, touched = group["destination"].nunique(), moved["destination"].nunique()
    share, low, high = _share(touched, there)
    points, cell = _largest(group, "points")
    return found | {
        "destinations_revised": touched, "destinations_share": share, "destinations_low": low,
        "destinations_high": high,
        "watched_days": int(group["watched_days"].max()),
        "median_points": _median(group["points"]),
        "p90_points": float(group["points"].abs().quantile(0.9)),
        "largest_points": points, "largest_points_cell": cell,
    }  # fmt: skip


def summary(cells: pd.DataFrame, left: pd.DataFrame, rates: pd.DataFrame) -> pd.DataFrame:
    """Return one row a group: source, dataset, kind of figure, years and number of releases.

    Parameters
    ----------
    cells
        `asylum_report.analyses.revisions.CELLS` of at least 20, without sums over destinations.
    left
        Cells that were left out because they hold a half year; counted only.
    rates
        `asylum_report.analyses.revisions.RATES`.

    Returns
    -------
    DataFrame
        `COLUMNS`. Shares with 95% Jeffreys intervals that take cells (or destinations) as
        independent; ``over_1pc`` counts changes of more than 1 % (of rates: 1 point) between first
        and latest figure; ``never_off`` cells that in no release were more than 1 % off the
        latest; ``watched_days`` the days from the first to the latest release compared. Medians
        and ``p90`` are over all cells of the group unless they say revised, and of sizes without
        sign. Groups released once say how many cells they have and nothing else.
    """
    cells = cells.assign(figure=[figure(row) for row in cells.itertuples()], years=years(cells))
    left = left.assign(figure=[figure(row) for row in left.itertuples()], years=years(left))
    rates = rates.assign(figure="protection rate", years=years(rates))
    rows = []
    for table, told in ((cells, _seen_twice), (rates, _rates_seen_twice)):
        for key, group in table.groupby(GROUP):
            one: dict[str, Any] = dict(zip(GROUP, key, strict=True))
            same = (left[GROUP] == list(key)).all(axis=1)
            one |= {
                "first_vintage": group["first_vintage"].min(),
                "vintage": group["vintage"].max(),
                "cells": len(group), "destinations": group["destination"].nunique(),
                "left_out": int(same.sum()), "gone": _gone(group),
            }  # fmt: skip
            if one["releases"] > 1:
                one |= told(group)
            rows.append(one)
    found = pd.DataFrame(rows, columns=COLUMNS).sort_values(GROUP).reset_index(drop=True)
    return found.astype(dict.fromkeys(WHOLE, "Int64"))


def _gone(group: pd.DataFrame) -> int:
    return int(group["gone"].sum()) if "gone" in group else 0
