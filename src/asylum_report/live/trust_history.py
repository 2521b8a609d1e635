"""A new copy against the one in use: no shrinking history, no upheaval among old figures."""

from __future__ import annotations

from typing import TYPE_CHECKING

from asylum_report import places
from asylum_report.live import trust_tables as shape
from asylum_report.live.model import Finding

if TYPE_CHECKING:
    import pandas as pd

VANISHED = 0.02
"""Share of the old figures that may be withdrawn. Of the nine releases of UNHCR none withdrew more
than 0.6 %, nearly all of them of the unfinished newest year."""
NOTED = 50
"""A destination that had a figure of so many persons does not vanish unnoticed."""
MOVED, PERSONS = 0.20, 50
"""An old figure that changed by more than this share and this many persons was revised a lot."""
UPHEAVAL = 0.10
"""Share of the old figures above `PERSONS` that may be revised a lot: in the releases of UNHCR and
in Eurostat's copies of 2023 and 2024 it is below 0.1 %."""
FEWEST = 3
"""Figures revised a lot below which a share says nothing."""
APART, MONTHS = 0.20, 24
"""How far the sum over all reporters may lie from the embedded series in the median of so many
newest months that both have long had: reporters that are late or revise move single months."""
ALL_REPORTERS = "EU+"
HEADLINE = ("DEU", "FRA", "USA")
"""Destinations whose totals pages open with."""
HALF = 0.5


def check(table: pd.DataFrame, last: pd.DataFrame, whole: bool) -> list[Finding]:
    """Return what a comparison with the copy in use says.

    Parameters
    ----------
    last
        The copy in use.
    whole
        Whether that copy is the whole dataset; else it is an extract, and only what stands in
        both is compared.
    """
    before, after = shape.side_by_side(last, table)
    settled = _settled(last, before)
    before, after = before[settled], after[settled]
    lost = _shrunken(table, last, before, after) if whole else []
    return [*lost, *_upheaval(before, after), *_headline(table, last), *_other_sums(table, last)]


def _settled(last: pd.DataFrame, figures: pd.Series) -> pd.Series:
    """Return which figures are of periods that the copy in use had long had."""
    import pandas as pd

    level = figures.index.get_level_values(shape.period_column(last)).astype("str")
    ordered = shape.periods(last)
    old = set(ordered) - set(shape.newest(ordered))
    return pd.Series(level.isin(old), index=figures.index)


def _shrunken(
    table: pd.DataFrame, last: pd.DataFrame, before: pd.Series, after: pd.Series
) -> list[Finding]:
    """Return what the copy in use has and the new one has not."""
    found = []
    olds, news = shape.periods(last), set(shape.periods(table))
    gone = [each for each in olds if each not in news]
    if gone:
        shown = ", ".join(gone[:3]) + (f" and {len(gone) - 3} more" if len(gone) > 3 else "")
        found.append(Finding("history", "refuse", f"periods have vanished: {shown}"))
    if "destination" in table and "destination" in last:
        old, new = (set(frame["destination"].unique()) for frame in (last, table))
        for code in sorted(old - new):
            most = last.loc[last["destination"] == code, shape.figures(last)].max().max()
            large = most == most and most >= NOTED
            # An aggregate of another membership may be given up; a country may not.
            level = "mark" if not large else "hold" if code in places.AGGREGATES else "refuse"
            text = f"every figure of {shape.named([code])} has vanished"
            found.append(Finding("history", level, text))
    had = int(before.notna().sum())
    lost = int((before.notna() & after.isna()).sum())
    if had and lost / had > VANISHED:
        text = f"{lost:,} of {had:,} old figures have vanished ({lost / had:.1%})"
        found.append(Finding("history", "refuse", text))
    return found


def _upheaval(before: pd.Series, after: pd.Series) -> list[Finding]:
    """Return whether too many old figures were revised a lot."""
    both = before.notna() & after.notna()
    old, new = (side[both].astype("float64") for side in (before, after))
    larger = old.where(old > new, new)
    large = larger > PERSONS
    gap = (new - old).abs()
    moved = large & (gap > PERSONS) & (gap > MOVED * old)
    share = float(moved.sum()) / max(1, int(large.sum()))
    if share <= UPHEAVAL or moved.sum() < FEWEST:
        return []
    text = (
        f"{int(moved.sum()):,} of {int(large.sum()):,} old figures above {PERSONS} changed by more"
        f" than {MOVED:.0%} and by more than {PERSONS} persons ({share:.0%})"
    )
    return [Finding("history", "hold", text)]


def _headline(table: pd.DataFrame, last: pd.DataFrame) -> list[Finding]:
    """Return whether a total that pages open with changed by more than half."""
    old, new = shape.headline(last), shape.headline(table)
    ordered = list(old.index)
    found = []
    for code in HEADLINE:
        if code not in old or code not in new:
            continue
        for period in [each for each in ordered if each not in shape.newest(ordered)]:
            if period not in new.index:
                continue
            was, now = (float(str(side.at[period, code])) for side in (old, new))
            if was != was or now != now:
                continue
            text = f"{shape.named([code])}, {period}: {int(was):,} before, {int(now):,} now"
            if abs(now - was) > max(HALF * was, PERSONS):
                found.append(Finding("history", "hold", text, period))
    return found[:3]


def _other_sums(table: pd.DataFrame, last: pd.DataFrame) -> list[Finding]:
    """Return whether the countries add up to something else than the embedded series of sums."""
    apart = sums_apart(table, last)
    if apart is None or apart <= APART:
        return []
    text = (
        "the sum over all reporters differs from the embedded series by"
        f" {apart:.0%} in the median month"
    )
    return [Finding("history", "hold", text)]


def sums_apart(table: pd.DataFrame, last: pd.DataFrame) -> float | None:
    """Return how far the countries' monthly sum lies from an extract that holds only the sum.

    Eurostat's embedded series of monthly applicants is the sum over all reporters (EU+), which
    its service does not give: what arrives is added up as a build adds it up.

    Parameters
    ----------
    table
        Applicants by month and country, raw.
    last
        Applicants by month, raw, with rows of EU+.

    Returns
    -------
    float or None
        Median of |new - old| / old over the newest `MONTHS` months that both have long had, of
        the kind of applicants (first-time, subsequent, all) for which it is greatest. None
        where the two cannot be compared.
    """
    from asylum_report.harmonise import eurostat

    needed = {"origin", "destination", "applicant", "sex", "age", "period", "count", "flag"}
    if not needed <= set(table.columns) & set(last.columns):
        return None
    had = last[last["destination"] == ALL_REPORTERS]
    ordered = [shape.periods(table), shape.periods(had)]
    monthly = all(some and shape.frequency(some[-1]) == "M" for some in ordered)
    if not monthly or (table["destination"] == ALL_REPORTERS).any():
        return None
    keys = ["origin", "kind", "period_start"]
    old, new = (
        found[
            (found["destination"] == ALL_REPORTERS)
            & (found["sex"] == "T")
            & (found["age"] == "TOTAL")
        ]
        .drop_duplicates(keys)
        .set_index(keys)["count"]
        .astype("Float64")
        .astype("float64")
        for found in (
            eurostat.applicants(had.reset_index(drop=True), "", ""),
            eurostat.monthly_applicants(table.reset_index(drop=True), "", ""),
        )
    )
    filling = {f"{each}-01" for some in ordered for each in shape.newest(some)}
    pair = old.to_frame("old").join(new.rename("new"), how="inner").dropna()
    pair = pair[pair["old"] > 0].reset_index()
    pair = pair[~pair["period_start"].isin(filling)].sort_values("period_start")
    apart = (pair["new"] - pair["old"]).abs() / pair["old"]
    medians = [
        float(apart[some.index[-MONTHS:]].median())
        for _, some in pair.groupby(["origin", "kind"])
        if len(some) >= FEWEST
    ]
    return max(medians, default=None)
