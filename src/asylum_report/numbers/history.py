"""Numbers that set a year beside others: lowest since when, and the US courts counted alike."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from asylum_report import corridors
from asylum_report.numbers.model import NBSP, Number, percent, rate_numbers, signed
from asylum_report.numbers.recognition import HEADLINE, pooled
from asylum_report.recognition import rate

Row = Mapping[str, Any]
Rates = Mapping[int, float]

COURTS = {"destination": "USA", "authority": "EOIR"}
CODES = ("first", "appeal")
"""Stages as which the tables hold UNHCR's codes EO and AR."""
COMPARED = (2023, 2025)
"""The years that the report compares; from 2025 the US courts' two codes are one."""


def numbers(rows: Sequence[Row]) -> list[Number]:
    """Return all of them, from UNHCR's rows of ``decisions`` on Russian citizens."""
    return [*lowest(rows), *both_codes(rows)]


def lowest(rows: Sequence[Row]) -> list[Number]:
    """Return since when Germany's latest rate is the lowest, in words: ``de.lowest_since``.

    Parameters
    ----------
    rows
        Rows of ``decisions`` on Russian citizens from UNHCR, all years.
    """
    destination, authority, stages = HEADLINE["de"]
    rates = {}
    for group in corridors.groups(_chosen(rows, destination, authority, stages)):
        worked = corridors.group_rate(group)
        if worked.value is not None and group["status"] != "partial":
            rates[int(group["period_start"][:4])] = worked.value
    if len(rates) < 2:
        return []
    query = {"table": "decisions", "origin": "RUS", "source": "UNHCR", "destination": destination,
             "authority": authority, "stage": sorted(stages)}  # fmt: skip
    words = lowest_words(rates)
    return [
        Number("de.lowest_since", words, words, "text",
               "how BAMF's latest protection rate, first and repeat applications, compares with "
               "those before", (query,)),
    ]  # fmt: skip


def lowest_words(rates: Rates) -> str:
    """Return how the latest of yearly rates compares with those before.

    Parameters
    ----------
    rates
        Year to rate, as a share; at least two years.

    Returns
    -------
    str
        "the lowest since 2000 (2.5%)", after the last year that was as low or lower, "the lowest
        since the series begins in 2000" where none was, "higher than in 2024 (2.5%)" where the year
        before was.
    """
    latest = max(rates)
    lower = [year for year in rates if year < latest and rates[year] <= rates[latest]]
    if not lower:
        return f"the lowest since the series begins in {min(rates)}"
    last = max(lower)
    before = max(year for year in rates if year < latest)
    words = "higher than in" if last == before else "the lowest since"
    return f"{words} {last} ({percent(rates[last])})"


def both_codes(rows: Sequence[Row]) -> list[Number]:
    """Return the US courts' rate of the first year compared, both of UNHCR's codes together.

    From 2017 to 2024 UNHCR puts part of the courts' decisions under a second code, which 2025 does
    not have. Rows of the two are of different persons, so they are added.

    Parameters
    ----------
    rows
        Rows of ``decisions`` on Russian citizens from UNHCR.
    """
    worked = {}
    for year in COMPARED:
        # Each code by itself: added as stages of one procedure they would seem to overlap.
        found = [
            group
            for stage in CODES
            for group in corridors.groups(
                _chosen(rows, COURTS["destination"], COURTS["authority"], (stage,))
            )
            if group["period_start"][:4] == str(year)
        ]
        worked[year] = rate(pooled(found)) if found else None
    first, last = (worked[year] for year in COMPARED)
    if first is None or first.value is None:
        return []
    queries = tuple(
        {"table": "decisions", "origin": "RUS", "source": "UNHCR", **COURTS,
         "stage": list(CODES), "period_start": f"{year}-01-01"}
        for year in COMPARED
    )  # fmt: skip
    words = (
        f"protection rate: EOIR, UNHCR's codes EO and AR together, Russian citizens, {COMPARED[0]}"
    )
    made = rate_numbers(f"us.y{COMPARED[0]}", first, "both_codes", words, queries[:1])
    if last is None or last.value is None:
        return made
    change = last.value - first.value
    return [
        *made,
        Number("us.both_codes_2023_2025.points", change, f"{signed(change)}{NBSP}points", "points",
               f"change to {COMPARED[1]} of the {words}", queries),
    ]  # fmt: skip


def _chosen(
    rows: Sequence[Row], destination: str, authority: str, stages: Sequence[str]
) -> list[Row]:
    return [
        row for row in rows
        if row["destination"] == destination and row["authority"] == authority
        and row["stage"] in stages
    ]  # fmt: skip
