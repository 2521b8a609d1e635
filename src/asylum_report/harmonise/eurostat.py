"""Eurostat's applicants, decisions and enforcement as tidy tables.

Every figure is rounded to 5. Sums over countries or years made by others are as uncertain as all
their parts together, and say so in their rounding base.
"""

from __future__ import annotations

import calendar

import pandas as pd

from asylum_report import authorities, places
from asylum_report.columns import ALL_CITIZENS

KINDS = {"TOTAL": "all", "FRST": "first", "SSEQ": "repeat"}
OUTCOMES = {
    "TOTAL": "total",
    "POS": "positive",
    "POS_RFG": "refugee",
    "POS_SPROT": "subsidiary",
    "POS_HUM": "humanitarian",
    "TEMP_PROT": "temporary",
    "NEG": "rejected",
}
MEASURES = {
    "migr_eiord": "ordered-to-leave",
    "migr_eirtn": "returned",
    "migr_eipre": "found-present",
    "migr_asywitfstq": "protection-withdrawn",
}
DECISION_STAGES = {
    "migr_asydcfsta": "first+repeat",
    "migr_asydcfstq": "first+repeat",
    "migr_asydcfina": "appeal",
}
"""Eurostat's first instance does not divide first from repeat applications: for Germany 2008 to
2013 its positive decisions equal UNHCR's of both together."""

BASE = 5
REPORTERS = 32
"""Countries in the sum over all reporters, at most: the Union with the United Kingdom, and four."""
_FLAGS = {
    "b": ("break", "break in the series"),
    "p": ("provisional", "provisional"),
    "e": ("estimated", "estimated"),
    "s": ("estimated", "estimated by Eurostat"),
    "d": ("", "definition differs"),
    "u": ("", "low reliability"),
    "c": ("", "confidential"),
}
_ORDER = ("complete", "estimated", "provisional", "break")


def base_of_sum(parts: int) -> int:
    """Return the rounding base of a sum of `parts` figures that are each rounded to 5."""
    return 2 * parts * (BASE // 2) + 1


def _flagged(flags: pd.Series) -> pd.DataFrame:
    """Return status and note of each row from Eurostat's flags, several letters at a time."""
    meanings = {}
    for flag in flags.unique():
        found = [_FLAGS[letter] for letter in flag if letter in _FLAGS]
        states = ["complete", *(state for state, _ in found if state)]
        note = ", ".join(words for _, words in found)
        meanings[flag] = (
            max(states, key=_ORDER.index),
            f"{note} (Eurostat flag {flag})" if note else "",
        )
    return pd.DataFrame(
        {
            "status": flags.map({flag: meaning[0] for flag, meaning in meanings.items()}),
            "note": flags.map({flag: meaning[1] for flag, meaning in meanings.items()}),
        }
    )


def first_and_last_day(period: str) -> tuple[str, str]:
    """Return first and last day of 2022, 2022-Q1, 2022-03 or the years 2008-2013."""
    if len(period) == 9:
        return f"{period[:4]}-01-01", f"{period[5:]}-12-31"
    if len(period) == 7:
        if period[5] == "Q":
            last = 3 * int(period[6])
            start, _ = first_and_last_day(f"{period[:4]}-{last - 2:02}")
            return start, first_and_last_day(f"{period[:4]}-{last:02}")[1]
        year, month = int(period[:4]), int(period[5:])
        return f"{period}-01", f"{period}-{calendar.monthrange(year, month)[1]:02}"
    return f"{period}-01-01", f"{period}-12-31"


def _periods(periods: pd.Series) -> dict[str, pd.Series]:
    days = {period: first_and_last_day(period) for period in periods.unique()}
    return {
        "period_start": periods.map({period: day[0] for period, day in days.items()}),
        "period_end": periods.map({period: day[1] for period, day in days.items()}),
    }


def _authorities(destinations: pd.Series, stage: str) -> pd.Series:
    return destinations.map(
        {code: authorities.authority(code, stage) for code in destinations.unique()}
    )


def _by_country(raw: pd.DataFrame) -> pd.DataFrame:
    return raw[raw["origin"] != ALL_CITIZENS].reset_index(drop=True)


def _corridor(raw: pd.DataFrame, dataset: str, vintage: str) -> dict[str, object]:
    """Return the columns with which every table begins."""
    return {
        "source": "Eurostat",
        "dataset": dataset,
        "vintage": vintage,
        "origin": raw["origin"],
        "destination": raw["destination"],
    }


def applicants(raw: pd.DataFrame, dataset: str, vintage: str) -> pd.DataFrame:
    """Return applicants, one row for each raw row about one citizenship.

    Parameters
    ----------
    raw
        A raw table with the columns of `asylum_report.sources.eurostat.RAW_APPLICANTS`.
    dataset, vintage
        Where it comes from.

    Returns
    -------
    DataFrame
        Columns of the tidy table ``applications``; ``count`` in persons.
    """
    raw = _by_country(raw)
    table = pd.DataFrame(
        {
            **_corridor(raw, dataset, vintage),
            "authority": _authorities(raw["destination"], "first"),
            "level": "",
            "kind": raw["applicant"].map(KINDS),
            "sex": raw["sex"],
            "age": raw["age"],
            "unit": "persons",
            **_periods(raw["period"]),
            "count": raw["count"],
            "rounding_base": BASE,
        }
    )
    # Eurostat publishes EU27 and EU28 itself; EU+ is a sum of what it rounded.
    summed = table["destination"] == "EU+"
    table["rounding_base"] = table["rounding_base"].mask(summed, base_of_sum(REPORTERS))
    return pd.concat([table, _flagged(raw["flag"])], axis=1)


def monthly_applicants(raw: pd.DataFrame, dataset: str, vintage: str) -> pd.DataFrame:
    """Return applicants by month and country, and with them their sum over all reporters (EU+).

    Eurostat publishes no such sum. It is made of whoever reported, first-time, subsequent and all
    applicants apart, both sexes and every age together, and is as uncertain as its parts.
    """
    table = applicants(raw, dataset, vintage)
    counted = (
        ~table["destination"].isin(places.AGGREGATES)
        & (table["sex"] == "T")
        & (table["age"] == "TOTAL")
        & table["count"].notna()
    )
    keys = ["origin", "kind", "period_start", "period_end"]
    sums = (
        table[counted]
        .groupby(keys, as_index=False)
        .agg(count=("count", "sum"), reporters=("destination", "nunique"))
    )
    summed = sums[keys].assign(
        source="Eurostat",
        dataset=dataset,
        vintage=vintage,
        destination="EU+",
        authority=authorities.authority("EU+", "first"),
        level="",
        sex="T",
        age="TOTAL",
        unit="persons",
        count=sums["count"].astype("Int64"),
        rounding_base=sums["reporters"].map(base_of_sum),
        status="complete",
        note="",
    )
    return pd.concat([table, summed[list(table.columns)]], ignore_index=True)


def pending(raw: pd.DataFrame, dataset: str, vintage: str) -> pd.DataFrame:
    """Return persons whose applications were pending at the end of a month, every sex and age.

    Parameters
    ----------
    raw
        A raw table with the columns of `asylum_report.sources.eurostat.RAW_PENDING`.
    """
    raw = _whole(_by_country(raw))
    table = pd.DataFrame(
        {
            **_corridor(raw, dataset, vintage),
            "population": "pending",
            "unit": "persons",
            "date": _periods(raw["period"])["period_end"],
            "count": raw["count"],
            "rounding_base": BASE,
        }
    )
    return pd.concat([table, _flagged(raw["flag"])], axis=1)


def _whole(raw: pd.DataFrame) -> pd.DataFrame:
    """Return the rows on every sex and age together, where a table divides them."""
    if "sex" not in raw:
        return raw
    return raw[(raw["sex"] == "T") & (raw["age"] == "TOTAL")].reset_index(drop=True)


def decisions(raw: pd.DataFrame, dataset: str, vintage: str) -> pd.DataFrame:
    """Return first-instance or final decisions, one row for each raw row about one citizenship.

    Parameters
    ----------
    raw
        A raw table with the columns of `asylum_report.sources.eurostat.RAW_DECISIONS`, or of
        `RAW_DECISIONS_BY_SEX_AGE`, of which the rows on every sex and age together are taken.
    """
    raw = _whole(_by_country(raw))
    stage = DECISION_STAGES[dataset]
    days = _periods(raw["period"])
    years = days["period_end"].str[:4].astype(int) - days["period_start"].str[:4].astype(int) + 1
    base = (years == 1).map({True: BASE, False: 0}).where(years == 1, 4 * years + 1)
    # A positive sum worked out from a rounded share is off by its own rounding too.
    base = base.mask((years > 1) & (raw["decision"] == "POS"), 4 * years + 7)
    table = pd.DataFrame(
        {
            **_corridor(raw, dataset, vintage),
            "authority": _authorities(raw["destination"], stage),
            "level": "",
            "stage": stage,
            "unit": "persons",
            **days,
            "outcome": raw["decision"].map(OUTCOMES),
            "count": raw["count"],
            "rounding_base": base.astype("Int64"),
        }
    )
    return pd.concat([table, _flagged(raw["flag"])], axis=1)


def enforcement(raw: pd.DataFrame, dataset: str, vintage: str) -> pd.DataFrame:
    """Return people ordered to leave, returned, found present or whose protection was withdrawn.

    One row for each raw row about one citizenship; of withdrawn protection those on every status
    and every reason together.
    """
    raw = _by_country(raw)
    for column in ("decision", "reason"):
        if column in raw:
            raw = raw[raw[column] == "TOTAL"].reset_index(drop=True)
    table = pd.DataFrame(
        {
            **_corridor(raw, dataset, vintage),
            "measure": MEASURES[dataset],
            **_periods(raw["period"]),
            "count": raw["count"],
            "rounding_base": BASE,
        }
    )
    return pd.concat([table, _flagged(raw["flag"])], axis=1)
