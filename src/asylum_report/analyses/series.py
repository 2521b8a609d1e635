"""Series of decisions for the models: positive and other decisions with what rounding allows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd

from asylum_report import corridors

KEYS = ["source", "dataset", "vintage", "origin", "destination", "authority", "unit", "stage"]
"""Columns that name one series: a corridor with its authority, unit and stage."""


def counts(
    rows: Iterable[Mapping[str, Any]], definition: str = "protection", frequency: str = "year"
) -> pd.DataFrame:
    """Return series of positive and other decisions from rows of ``decisions``.

    Parameters
    ----------
    rows
        Rows whose stages may be added (see `corridors.default_rows`).
    definition
        Which decisions count as positive.
    frequency
        year, quarter or month: what ``period`` counts. Rows of another length are left out.

    Returns
    -------
    DataFrame
        `KEYS`, ``period_start``, ``period_end``, ``period`` (whole number), ``positive``,
        ``other``, their ``_low`` and ``_high``, ``reset``, ``period_status``; sorted. Groups whose
        counts allow no rate are left out.
    """
    found = []
    for group in corridors.groups(rows):
        period = position(group["period_start"], group["period_end"], frequency)
        split = corridors.group_parts(group, definition)
        if period is None or isinstance(split, str):
            continue
        positive, other = split
        year = int(group["period_start"][:4])
        found.append(
            {key: group[key] for key in KEYS}
            | {
                "period_start": group["period_start"], "period_end": group["period_end"],
                "period": period, "positive": positive.value, "other": other.value,
                "positive_low": positive.low, "positive_high": positive.high,
                "other_low": other.low, "other_high": other.high,
                "reset": frequency == "year"
                and year in corridors.RESETS.get((group["destination"], group["authority"]), ()),
                "period_status": group["status"],
            }
        )  # fmt: skip
    columns = [
        *KEYS, "period_start", "period_end", "period", "positive", "other", "positive_low",
        "positive_high", "other_low", "other_high", "reset", "period_status",
    ]  # fmt: skip
    table = pd.DataFrame(found, columns=columns)
    return table.sort_values([*KEYS, "period"], ignore_index=True)


def position(start: str, end: str, frequency: str) -> int | None:
    """Return the number of a period on its axis, or None where it has another length.

    Years count as such; quarters and months from year 0.

    Raises
    ------
    ValueError
        If the frequency is not year, quarter or month.
    """
    months = {"year": 12, "quarter": 3, "month": 1}
    if frequency not in months:
        raise ValueError(f"a frequency is year, quarter or month, not {frequency}")
    year, month = int(start[:4]), int(start[5:7])
    length = (int(end[:4]) - year) * 12 + int(end[5:7]) - month + 1
    if length != months[frequency] or (month - 1) % months[frequency]:
        return None
    return (year * 12 + month - 1) // months[frequency] if frequency != "year" else year
