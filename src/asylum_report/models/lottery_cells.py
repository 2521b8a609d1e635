"""Cells of the comparison: positive and merits decisions by destination, origin and year.

A cell is one origin in one destination in one year, first instance as the destination's authority
itself counts it (`authorities.default_stages`). Protection is any form of it, as in the rate
``protection`` of `asylum_report.recognition`.
"""

from __future__ import annotations

import pandas as pd

from asylum_report import authorities, corridors
from asylum_report.columns import NO_RATE
from asylum_report.models import status
from asylum_report.recognition import GRANTS

KEYS = ["source", "dataset", "vintage", "origin", "destination", "authority", "unit", "year"]
BOUNDS = ("positive_low", "positive_high", "rejected_low", "rejected_high")
"""Columns with the least and most decisions that rounding allows."""

UNDIVIDED_FROM = 0.05
"""Share of a destination's merits decisions of a year that may be published undivided with
appeals; from this share on the whole year of that destination is left out."""

UNHCR_ROUNDS_TO = 10
"""UNHCR's largest rounded count."""

ALL_OR_NOTHING = 20
"""Merits decisions of a destination from which a year without any rejection counts as one whose
rejections were not recorded."""

NOT_RECORDED = "no rejection of any origin printed: very probably not recorded"
UNDIVIDED = "first instance and appeal published undivided"
NO_COUNTS = "no counts from which a rate follows"


def cells(decisions: pd.DataFrame) -> pd.DataFrame:
    """Return one row a destination, authority, origin and year: positive, n, stage, status.

    Parameters
    ----------
    decisions
        Rows of ``decisions`` of one source with whole calendar years as periods.

    Returns
    -------
    DataFrame
        Columns of `KEYS` and ``stage``, ``positive`` and ``n`` (merits decisions: positive plus
        rejected), the columns of `BOUNDS` (what rounding allows), ``status`` (the worst of the
        parts) and ``why``: empty, or why the cell takes no part in a comparison. Rows without a
        rate by the rules of `asylum_report.corridors.group_rate` have missing counts and say so.
    """
    rows = decisions.assign(year=decisions["period_start"].str[:4].astype(int))
    wanted = {
        place: set(authorities.default_stages(place)) | {"first+repeat"}
        for place in rows["destination"].unique()
    }
    pairs = rows[["destination", "stage"]].drop_duplicates()
    pairs["first"] = [s in wanted[d] for d, s in pairs.itertuples(index=False)]
    rows = rows.merge(pairs, on=["destination", "stage"])
    rows = rows[rows["first"] | (rows["stage"] == "first+appeal")]
    rows = rows[rows["outcome"].isin((*GRANTS, "rejected"))]
    rows["kind"] = (rows["outcome"] == "rejected").map({True: "rejected", False: "positive"})
    rows["refused"] = rows["note"].str.startswith(NO_RATE)
    rows["rank"] = rows["status"].map({s: k for k, s in enumerate(corridors.STATUSES)})
    # One part is one level at one stage: a sum with a part that was not published is missing.
    part = [*KEYS, "first", "stage", "level"]
    half = rows["rounding_base"] // 2
    rows["low"] = (rows["count"] - half).clip(lower=0)
    # UNHCR prints counts above 10 as they are, so that a printed 10 is 8, 9 or 10.
    top = (rows["source"] == "UNHCR") & (rows["count"] == UNHCR_ROUNDS_TO)
    rows["high"] = (rows["count"] + half).mask(top, rows["count"])
    sums = rows.groupby([*part, "kind"])[["count", "low", "high"]].sum(min_count=1)
    by_kind = sums.unstack("kind")
    by_kind = pd.DataFrame(
        {
            f"{kind}{end}": by_kind[column, kind]
            for kind in ("positive", "rejected")
            for column, end in (("count", ""), ("low", "_low"), ("high", "_high"))
        }
    )
    about = rows.groupby(part).agg(refused=("refused", "any"), rank=("rank", "max"))
    parts = by_kind.join(about).reset_index()
    counts = list(by_kind.columns)
    # A sum with a missing part is missing.
    parts["part_missing"] = parts[counts].isna().any(axis=1)
    by = parts.groupby([*KEYS, "first"])
    whole = by[counts].sum().join(by.agg(
        refused=("refused", "any"), rank=("rank", "max"), part_missing=("part_missing", "any"),
        stage=("stage", lambda stages: "+".join(sorted(set(stages)))),
    )).reset_index()  # fmt: skip
    whole["status"] = [corridors.STATUSES[rank] for rank in whole["rank"]]
    lacking = whole["refused"] | whole["part_missing"]
    whole["n"] = (whole["positive"] + whole["rejected"]).where(~lacking)
    whole[counts] = whole[counts].where(~lacking)
    whole["why"] = lacking.map({True: NO_COUNTS, False: ""})
    return _judged(whole)


def _judged(whole: pd.DataFrame) -> pd.DataFrame:
    """Leave out destinations and years that do not publish a first instance of their own."""
    place = ["destination", "year"]
    known = whole[whole["why"] == ""]
    counted = known["n"].where(known["first"], 0).groupby([known[k] for k in place]).sum()
    total = known.groupby(place)["n"].sum()
    undivided = 1 - counted / total.where(total > 0)
    share = whole.set_index(place).index.map(undivided.to_dict())
    mixed = pd.Series(share, index=whole.index).astype(float).fillna(0) >= UNDIVIDED_FROM
    whole.loc[mixed & (whole["why"] == ""), "why"] = UNDIVIDED
    whole.loc[~whole["first"] & (whole["why"] == ""), "why"] = UNDIVIDED
    by = [*place, "authority"]
    usable = whole[whole["why"] == ""].groupby(by)[["positive", "n"]].sum()
    odd = usable[(usable["positive"] == usable["n"]) & (usable["n"] >= ALL_OR_NOTHING)].index
    unrecorded = whole.set_index(by).index.isin(odd)
    whole.loc[unrecorded & (whole["why"] == ""), "why"] = NOT_RECORDED
    whole_numbers = ["positive", "n", *BOUNDS]
    columns = [*KEYS, "stage", *whole_numbers, "status", "why"]
    return whole[columns].astype(dict.fromkeys(whole_numbers, "Int64"))


def checked(frame: pd.DataFrame) -> str:
    """Return a word of `status` for a table of counts ``positive`` and ``n``: can it be fitted?

    `status.BAD_COUNTS` where a count is missing, negative, not whole, or positive exceeds n;
    `status.NO_DECISIONS` where every n is 0; `status.ONE_DESTINATION` where there is only one
    destination or one origin with decisions; otherwise `status.OK`.
    """
    counts = frame[["positive", "n"]].apply(pd.to_numeric, errors="coerce").astype(float)
    if counts.isna().any(axis=None) or (counts < 0).any(axis=None):
        return status.BAD_COUNTS
    if (counts % 1 != 0).any(axis=None) or (counts["positive"] > counts["n"]).any():
        return status.BAD_COUNTS
    some = frame[counts["n"] > 0]
    if some.empty:
        return status.NO_DECISIONS
    if some["destination"].nunique() < 2 or some["origin"].nunique() < 2:
        return status.ONE_DESTINATION
    return status.OK
