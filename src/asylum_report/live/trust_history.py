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
    return [*lost, *_upheaval(before, after), *_headline(table, last)]


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
        f" than {MOVED:.0%} ({share:.0%})"
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
