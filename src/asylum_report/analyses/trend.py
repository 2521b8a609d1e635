"""Trends of the protection rate of Russian applicants, by destination, and what changed."""

from __future__ import annotations

from itertools import combinations
from typing import Any

import pandas as pd

from asylum_report import corridors, records
from asylum_report.analyses import series
from asylum_report.models import design, trend

HEADLINE = (("DEU", "BAMF"), ("FRA", "OFPRA"), ("USA", "EOIR"))
"""The three countries' first instances, by destination and authority."""

CAUTIOUS = 4.0
"""Design effect of every headline: the upper end of what BAMF's months tell."""

PAIRS_FROM = 2015
COMPARED = ((2021, 2025), (2022, 2025), (2023, 2025), (2023, 2024), (2024, 2025))
"""Years whose change is worked out for every destination."""

FITTED = [
    "period", "positive", "other", "n", "raw", "effect", *trend.INTERVALS, *trend.LEVELS,
    "method", "period_status", "status",
]  # fmt: skip


def _note(table: pd.DataFrame, key: dict[str, Any]) -> pd.DataFrame:
    """Put the columns that name the series before a table."""
    for i, (name, value) in enumerate(key.items()):
        table.insert(i, name, value)
    return table


def _series() -> list[tuple[dict[str, Any], pd.DataFrame]]:
    """Return the yearly series of every destination and authority, as UNHCR has them."""
    rows = [r for r in records.rows("decisions", origin="RUS") if r["source"] == "UNHCR"]
    counts = series.counts(corridors.default_rows(rows))
    return [
        (dict(zip(series.KEYS, key, strict=True)), group.reset_index(drop=True))
        for key, group in counts.groupby(series.KEYS, sort=True)
    ]


def months() -> tuple[dict[str, Any], pd.DataFrame]:
    """Return BAMF's monthly series, first and repeat applications, with its key."""
    rows = [r for r in records.rows("decisions", origin="RUS") if r["dataset"] == "bamf-monthly"]
    counts = series.counts(rows, frequency="month")
    return {name: counts[name].iloc[0] for name in series.KEYS}, counts


def compute() -> dict[str, pd.DataFrame]:
    """Fit every series.

    Returns
    -------
    dict
        ``trend``: propensities by destination, authority and year, for design effects 1, 2 and 4
        in the three countries and 4 elsewhere. ``trend_changes``: changes between years.
        ``trend_months``: BAMF by month. ``trend_design``: the design effect from BAMF's months.
    """
    fits, changes = [], []
    for key, counts in _series():
        first = (key["destination"], key["authority"]) in HEADLINE
        for effect in trend.EFFECTS if first else (CAUTIOUS,):
            found = trend.fit(counts, effect)
            fits.append(_note(found[FITTED], key))
            years = [y for y in counts["period"].tolist() if y >= PAIRS_FROM]
            pairs = list(combinations(years, 2)) if first else list(COMPARED)
            if trend.fitted(str(found["status"].iloc[0])):
                moved = trend.changes(counts, effect, pairs)
                if len(moved):
                    changes.append(_note(moved, key))
    key, monthly = months()
    told = design.posterior(monthly)
    by_month = trend.fit(monthly, round(told["estimate"], 1))
    by_month["period"] = monthly["period_start"].str[:7]
    splits = {"all": monthly}
    for name, first_month, last in (("2015-2017", "2015", "2017"), ("2018-2021", "2018", "2021")):
        year = monthly["period_start"].str[:4]
        splits[name] = monthly[year.between(first_month, last)].reset_index(drop=True)
    designs = pd.DataFrame([{"span": name} | design.posterior(one) for name, one in splits.items()])
    return {
        "trend": pd.concat(fits, ignore_index=True),
        "trend_changes": pd.concat(changes, ignore_index=True),
        "trend_months": _note(by_month[FITTED], key),
        "trend_design": _note(designs, key),
    }
