"""Years of which a release of UNHCR holds about the first half only."""

from __future__ import annotations

import re

import pandas as pd

from asylum_report.store import Vintage

HALF = "covers about January to June only, as every UNHCR release of the middle of a year"


ANNUAL = 6
"""Month in which UNHCR publishes the figures of the year before."""


def release_name(retrieved: str) -> tuple[str, int | None]:
    """Return UNHCR's name of a release, and the year of which it holds about the first half only.

    UNHCR names its releases by the month up to which they go: 2023.12 and 2025.12.1 hold whole
    years, 2023.6 and 2025.06.1 the first half of the last one. That the half years are what the
    names say was found by comparing releases: their counts are about half of the next ones'.

    Parameters
    ----------
    retrieved
        What a sidecar says of where its figures are from: ``UNHCR refugee statistics, release
        2025.06.1``.

    Returns
    -------
    tuple
        The name, empty if there is none, and the year, None if every year is whole or no release
        is named.
    """
    found = re.search(r"release ((\d{4})\.(\d{1,2})[.\d]*)", retrieved)
    if found is None:
        return "", None
    return found[1], None if int(found[3]) == 12 else int(found[2])


def half_year(vintage: Vintage) -> int | None:
    """Return the year from which on a vintage holds no whole year, or None if all are whole.

    The live service names no release. There a year is whole from June of the next one on, when
    UNHCR has published its annual figures in every year since 2023.
    """
    if vintage.publisher != "UNHCR":
        return None
    if vintage.meta.get("route") == "live":
        year, month = int(vintage.date[:4]), int(vintage.date[5:7])
        return year if month >= ANNUAL else year - 1
    return release_name(str(vintage.meta["retrieved"]))[1]


def mark(table: pd.DataFrame, vintage: Vintage) -> pd.DataFrame:
    """Return a tidy table with the rows of half years marked as partial."""
    year = half_year(vintage)
    if year is None or "period_start" not in table:  # people at a day, which has no half
        return table
    half = table["period_start"].str[:4].astype(int) >= year
    note = table["note"].where(table["note"] == "", table["note"] + "; ") + HALF
    return table.assign(
        status=table["status"].mask(half, "partial"), note=table["note"].mask(half, note)
    )
