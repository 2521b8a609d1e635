"""BAMF's months and the United States' fiscal years as tidy tables; all but OHSS exact."""

from __future__ import annotations

import pandas as pd

from asylum_report.harmonise.eurostat import first_and_last_day

BAMF_OUTCOMES = {
    "refugee": ("asylum", "refugee"),
    "subsidiary": ("subsidiary",),
    "humanitarian": ("removal_ban",),
    "rejected": ("rejected",),
    "closed": ("closed",),
    "total": ("total",),
}
"""Our outcomes to BAMF's: asylum under the Basic Law is counted with refugee status, as BAMF's own
quotas do, and a removal ban is the humanitarian form."""
BAMF_LEVELS = {"first": "E", "repeat": "F"}
GRANTING = {
    "asylum-affirmative": "USCIS",
    "asylum-defensive": "EOIR",
    "refugee-arrivals": "State Department",
}


def _months(months: pd.Series) -> dict[str, pd.Series]:
    days = {month: first_and_last_day(month) for month in months.unique()}
    return {
        "period_start": months.map({month: day[0] for month, day in days.items()}),
        "period_end": months.map({month: day[1] for month, day in days.items()}),
    }


def _bamf(raw: pd.DataFrame, dataset: str, vintage: str) -> dict[str, object]:
    return {
        "source": "BAMF",
        "dataset": dataset,
        "vintage": vintage,
        "origin": raw["origin"],
        "destination": "DEU",
    }


_EXACT = {"rounding_base": 1, "status": "complete", "note": ""}


def bamf_decisions(raw: pd.DataFrame, dataset: str, vintage: str) -> pd.DataFrame:
    """Return BAMF's decisions by month, stage and outcome.

    First and repeat applications are rows of their own (levels E and F); there is no row for both
    together, because the two can be added.

    Parameters
    ----------
    raw
        A raw table with the columns of `asylum_report.sources.bamf.RAW`.
    """
    parts = [
        pd.DataFrame(
            {
                **_bamf(raw, dataset, vintage),
                "authority": "BAMF",
                "level": raw["stage"].map(BAMF_LEVELS),
                "stage": raw["stage"],
                "unit": "persons",
                **_months(raw["month"]),
                "outcome": outcome,
                "count": raw[list(columns)].sum(axis=1),
                **_EXACT,
            }
        )
        for outcome, columns in BAMF_OUTCOMES.items()
    ]
    return pd.concat(parts, ignore_index=True)


def bamf_applications(raw: pd.DataFrame, dataset: str, vintage: str) -> pd.DataFrame:
    """Return applications lodged with BAMF by month: first, and repeat."""
    return pd.DataFrame(
        {
            **_bamf(raw, dataset, vintage),
            "authority": "BAMF",
            "level": raw["stage"].map(BAMF_LEVELS),
            "kind": raw["stage"],
            "sex": "T",
            "age": "TOTAL",
            "unit": "persons",
            **_months(raw["month"]),
            "count": raw["applications"],
            **_EXACT,
        }
    )


def bamf_pending(raw: pd.DataFrame, dataset: str, vintage: str) -> pd.DataFrame:
    """Return applications pending with BAMF at the end of each month: first, and repeat."""
    return pd.DataFrame(
        {
            **_bamf(raw, dataset, vintage),
            "population": "pending-" + raw["stage"],
            "unit": "persons",
            "date": _months(raw["month"])["period_end"],
            "count": raw["pending"],
            **_EXACT,
        }
    )


def encounters(raw: pd.DataFrame, dataset: str, vintage: str) -> pd.DataFrame:
    """Return CBP's encounters by calendar month, with the fiscal year beside it."""
    return pd.DataFrame(
        {
            "source": "CBP",
            "dataset": dataset,
            "vintage": vintage,
            "origin": raw["origin"],
            "destination": "USA",
            "region": raw["region"],
            "title": raw["title"],
            "demographic": raw["demographic"],
            "fiscal_year": raw["fiscal_year"],
            **_months(raw["month"]),
            "count": raw["count"],
            **_EXACT,
        }
    )


def yearbook(raw: pd.DataFrame, dataset: str, vintage: str) -> pd.DataFrame:
    """Return OHSS's grants of asylum and arrivals of refugees by fiscal year, rounded to 10."""
    year = raw["fiscal_year"]
    return pd.DataFrame(
        {
            "source": "OHSS",
            "dataset": dataset,
            "vintage": vintage,
            "origin": raw["origin"],
            "destination": "USA",
            "authority": raw["measure"].map(GRANTING),
            "measure": raw["measure"],
            "fiscal_year": year,
            "period_start": (year - 1).astype(str) + "-10-01",
            "period_end": year.astype(str) + "-09-30",
            "count": raw["count"],
            "rounding_base": 10,
            "status": "complete",
            "note": "",
        }
    )


def admissions(raw: pd.DataFrame, dataset: str, vintage: str) -> pd.DataFrame:
    """Return PRM's refugee admissions by month; a fiscal year is the sum of its months."""
    return pd.DataFrame(
        {
            "source": "PRM",
            "dataset": dataset,
            "vintage": vintage,
            "origin": raw["origin"],
            "destination": "USA",
            "authority": "State Department",
            "measure": "refugee-admissions",
            "fiscal_year": raw["fiscal_year"],
            **_months(raw["month"]),
            "count": raw["count"],
            **_EXACT,
        }
    )
