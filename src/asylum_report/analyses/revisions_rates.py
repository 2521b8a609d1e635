"""Protection rates by the first and by the latest figures of a year."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from asylum_report import corridors

RATES = ["source", "dataset", "destination", "authority", "unit", "stage", "year", "published",
         "releases", "first_vintage", "first_rate", "first_n", "vintage", "latest_rate",
         "latest_n", "points", "revised", "watched_days"]  # fmt: skip

SAME = ("authority", "level", "stage", "unit", "outcome", "count", "rounding_base", "status",
        "note")  # fmt: skip
"""What a rate of a destination and year follows from."""


def rates(
    decisions: pd.DataFrame,
    releases: pd.DataFrame,
    whole: pd.DataFrame,
    kinds: Mapping[tuple[str, int], str],
) -> pd.DataFrame:
    """Return the protection rate at first instance by the first and by the latest figures.

    Parameters
    ----------
    decisions
        Rows of the tidy table, every release.
    releases
        The releases of that dataset, as `revisions_releases.RELEASES` describes them.
    whole
        Its figures of full years: of others no rate is made.
    kinds
        Whether the first figures of a dataset's year are its first publication (``first``).

    Returns
    -------
    DataFrame
        `RATES`; rates and ``points`` (their difference) as shares. ``revised``: the rounding of
        the counts does not explain the difference. ``watched_days``: days from the first release
        to the latest one. Rates that rest on fewer than 20 decisions in
        either release are left out.
    """
    full = set(zip(whole["vintage"], whole["destination"], whole["year"], strict=True))
    day = {row.vintage: pd.Timestamp(str(row.day)) for row in releases.itertuples()}
    order = {vintage: i for i, vintage in enumerate(releases.sort_values("day")["vintage"])}
    chosen = decisions[~decisions["stage"].isin(("appeal", "special"))]
    years: dict[tuple[str, str, int], list[dict[str, Any]]] = {}
    every: list[dict[str, Any]] = chosen.to_dict("records")  # type: ignore[assignment]
    for row in every:
        year = (row["vintage"], row["destination"], int(row["period_start"][:4]))
        if year in full:
            years.setdefault(year, []).append(row)
    by_cell: dict[tuple[Any, ...], list[dict[str, Any]]] = {}
    worked: dict[Any, list[dict[str, Any]]] = {}
    for vintage, destination, when in sorted(years, key=lambda one: (order[one[0]], one[1:])):
        rows = years[vintage, destination, when]
        # Most releases repeat a year's figures, and with them its rate.
        same = (destination, when, tuple(sorted(tuple(str(row[c]) for c in SAME) for row in rows)))
        if same not in worked:
            worked[same] = corridors.rate_rows(corridors.default_rows(rows))
        for row in worked[same]:
            if row["rate"] is not None:
                key = (row["destination"], row["authority"], row["unit"], when)
                by_cell.setdefault(key, []).append(row | {"vintage": vintage})
    dataset = str(releases["dataset"].iloc[0]) if len(releases) else ""
    result = []
    for (destination, authority, unit, year), rows in sorted(by_cell.items()):
        first, latest = rows[0], rows[-1]
        apart = (
            first["bound_low"] > latest["bound_high"] or latest["bound_low"] > first["bound_high"]
        )
        result.append(
            {
                "source": first["source"], "dataset": dataset, "destination": destination,
                "authority": authority, "unit": unit, "stage": latest["stage"], "year": year,
                "published": kinds[dataset, year], "releases": len(rows),
                "first_vintage": first["vintage"], "first_rate": first["rate"],
                "first_n": first["n"], "vintage": latest["vintage"],
                "latest_rate": latest["rate"], "latest_n": latest["n"],
                "points": latest["rate"] - first["rate"], "revised": apart,
                "watched_days": (day[latest["vintage"]] - day[first["vintage"]]).days,
            }
        )  # fmt: skip
    return pd.DataFrame(result, columns=RATES)
