"""UNHCR's decisions, applications and stocks as tidy tables.

UNHCR rounds small numbers: in decisions the counts 1 to 4 and 6 to 9 never occur in any year, and
5 and 10 occur as often as the numbers around them together would; in applications and stocks 1 to 4
never occur. Its totals are the sums of the rounded parts, so a total is as uncertain as they are.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from asylum_report import authorities

OUTCOMES = {
    "recognised": "refugee",
    "other": "complementary",
    "rejected": "rejected",
    "closed": "closed",
    "total": "total",
}
"""UNHCR's columns to our outcomes; its other protection does not divide subsidiary and
humanitarian."""

SMALL_DECISIONS = 10
"""Largest count of decisions that UNHCR rounds to 5."""
SMALL_APPLICATIONS = 5
"""Largest count of applications, and of people at the end of a year, that UNHCR rounds to 5."""
ENOUGH = 15
"""Counts that must all be multiples of 5 before a destination's figures count as rounded."""

_KIND_BY_TYPE = {
    "N": "first",
    "NA": "first",
    "R": "repeat",
    "RA": "repeat",
    "A": "appeal",
    "J": "appeal",
}
_KIND_BY_LEVEL = {"AR": "appeal", "JR": "appeal", "RA": "repeat", "NA": "first"}


def _who(raw: pd.DataFrame) -> pd.DataFrame:
    """Return authority and stage of each row, looked up once for each combination."""
    keys = ["destination", "level", "procedure"]
    looked = raw[keys].drop_duplicates()
    looked["authority"] = [authorities.authority(*row) for row in looked.itertuples(index=False)]
    looked["stage"] = looked["level"].map(authorities.stage)
    return raw[keys].merge(looked, on=keys, how="left", validate="many_to_one")


def _all_rounded(raw: pd.DataFrame, columns: list[str]) -> pd.Series:
    """Return whether a destination's level and year holds multiples of 5 only.

    Belgium, Luxembourg, Portugal and the United Kingdom gave UNHCR rounded figures in some years.
    Judged where at least `ENOUGH` counts are large enough not to be rounded by UNHCR.
    """
    keys = ["destination", "level", "year"]
    wide = raw[columns]
    large = wide > SMALL_DECISIONS
    sums = pd.DataFrame(
        {
            "large": large.sum(axis=1),
            "odd": (large & (wide % 5 != 0)).sum(axis=1),
        }
    )
    found = sums.groupby([raw[key] for key in keys]).transform("sum")
    return (found["large"] >= ENOUGH) & (found["odd"] == 0)


def _years(raw: pd.DataFrame) -> dict[str, pd.Series]:
    year = raw["year"].astype(str)
    return {"period_start": year + "-01-01", "period_end": year + "-12-31"}


def decisions(raw: pd.DataFrame, dataset: str, vintage: str) -> pd.DataFrame:
    """Return decisions, five rows (outcomes and total) for each raw row, in the same order.

    Parameters
    ----------
    raw
        A raw table with the columns of `asylum_report.sources.unhcr.DECISIONS`.
    dataset, vintage
        Where it comes from.

    Returns
    -------
    DataFrame
        Columns of the tidy table ``decisions``; ``count`` in persons or cases.
    """
    who = _who(raw)
    years = _years(raw)
    wide = raw[list(OUTCOMES)].to_numpy(dtype="int64")
    rounded = _all_rounded(raw, list(OUTCOMES)[:-1]).to_numpy()
    small = (wide <= SMALL_DECISIONS) | rounded[:, None]
    base = np.where(small, 5, 1)
    # Each small part may be off by two, and with it the total.
    base[:, -1] = np.maximum(base[:, -1], 4 * small[:, :-1].sum(axis=1) + 1)
    times = len(OUTCOMES)
    columns = {
        "source": "UNHCR",
        "dataset": dataset,
        "vintage": vintage,
        "origin": raw["origin"],
        "destination": raw["destination"],
        "authority": who["authority"].set_axis(raw.index),
        "level": raw["level"],
        "stage": who["stage"].set_axis(raw.index),
        "unit": raw["unit"],
        **years,
    }
    long = pd.DataFrame(columns, index=raw.index).take(np.repeat(np.arange(len(raw)), times))
    return long.assign(
        outcome=np.tile(list(OUTCOMES.values()), len(raw)),
        count=pd.array(wide.ravel(), dtype="Int64"),
        rounding_base=pd.array(base.ravel(), dtype="Int64"),
        status="complete",
        note="",
    ).reset_index(drop=True)


def _kind(raw: pd.DataFrame) -> pd.Series:
    """Return which applications are counted.

    A type that says repeat or appeal is taken at its word; new ones and undivided ones at a level
    of appeal are appeals, and at RA (France 2011) repeat applications.
    """
    by_type = raw["kind"].map(_KIND_BY_TYPE).fillna("all")
    by_level = raw["level"].map(_KIND_BY_LEVEL)
    decided = by_type.isin(("repeat", "appeal")) | by_level.isna()
    return by_type.where(decided, by_level).astype("str")


def _level(raw: pd.DataFrame, kind: pd.Series) -> pd.Series:
    """Return the level, with UNHCR's type beside it where two types are of one kind there.

    Canada's few appeals entered as new applications, and Armenia's judicial ones, stand beside
    its other appeals.
    """
    keys = ["year", "origin", "destination", "procedure", "level", "unit"]
    twice = raw[keys].assign(kind=kind).duplicated(keep=False) & (raw["kind"] != "A")
    return raw["level"].mask(twice, raw["level"] + "/" + raw["kind"])


def applications(raw: pd.DataFrame, dataset: str, vintage: str) -> pd.DataFrame:
    """Return applications, one row for each raw row.

    Types that UNHCR does not divide (NR: new and repeat together; V: various, before 2006) are of
    kind ``all``.

    Parameters
    ----------
    raw
        A raw table with the columns of `asylum_report.sources.unhcr.APPLICATIONS`.
    """
    who = _who(raw)
    kind = _kind(raw)
    count = raw["applied"].astype("Int64")
    return pd.DataFrame(
        {
            "source": "UNHCR",
            "dataset": dataset,
            "vintage": vintage,
            "origin": raw["origin"],
            "destination": raw["destination"],
            "authority": who["authority"].set_axis(raw.index),
            "level": _level(raw, kind),
            "kind": kind,
            "sex": "T",
            "age": "TOTAL",
            "unit": raw["unit"],
            **_years(raw),
            "count": count,
            "rounding_base": (count <= SMALL_APPLICATIONS).map({True: 5, False: 1}).astype("Int64"),
            "status": "complete",
            "note": "",
        }
    )


def stocks(raw: pd.DataFrame, dataset: str, vintage: str) -> pd.DataFrame:
    """Return people at the end of each year: refugees and asylum-seekers with a pending claim.

    Parameters
    ----------
    raw
        A raw table with the columns of `asylum_report.sources.unhcr.POPULATION`.
    """
    parts = []
    for column, population in (("refugees", "refugees"), ("asylum_seekers", "asylum-seekers")):
        count = raw[column].astype("Int64")
        part = pd.DataFrame(
            {
                "source": "UNHCR",
                "dataset": dataset,
                "vintage": vintage,
                "origin": raw["origin"],
                "destination": raw["destination"],
                "population": population,
                "unit": "persons",
                "date": raw["year"].astype(str) + "-12-31",
                "count": count,
                "rounding_base": (count <= SMALL_APPLICATIONS)
                .map({True: 5, False: 1})
                .astype("Int64"),
                "status": "complete",
                "note": "",
            }
        )
        parts.append(part)
    return pd.concat(parts, ignore_index=True)
