"""The newest periods: whether they are there, how old they are, and who has reported for them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from asylum_report.live import trust_tables as shape
from asylum_report.live.model import Finding

if TYPE_CHECKING:
    import pandas as pd

OLDEST = {"A": 30, "Q": 12, "M": 9}
"""Months since the end of the newest period after which a table is no longer kept up. Eurostat's
annual tables come within a year and a half of the end of a year at the latest, its quarterly ones
within half a year, its monthly ones within four months; the rest is for late reporters."""
USUAL = {"A": 5, "Q": 8, "M": 12}
"""Over how many earlier periods one sees how many destinations usually report."""
REPORTING = 0.80
"""Share of the usual destinations, and of the usual persons, below which a period is partial."""


def check(table: pd.DataFrame, newest: str, last: pd.DataFrame | None, today: str) -> list[Finding]:
    """Return what the newest periods of a table say about it.

    Parameters
    ----------
    newest
        The newest period that the publisher says there is, or empty.
    last
        The copy in use.
    today
        ISO date.
    """
    there = shape.periods(table)
    if not there:
        return [Finding("newest", "refuse", "no period has a figure")]
    ahead = [each for each in there if not shape.started(each, today)]
    if ahead:
        text = f"there are figures for {ahead[-1]}, which has not begun (is today {today}?)"
        return [Finding("newest", "refuse", text, ahead[-1])]
    return [*_promised(there[-1], newest), *_recent(there[-1], last, today), *reporting(table)]


def _promised(there: str, newest: str) -> list[Finding]:
    """Return whether the newest period that the publisher names has arrived."""
    newest = newest if shape.proper(newest) else ""
    if not newest or shape.frequency(newest) != shape.frequency(there) or newest <= there:
        return []
    # The very newest period may hold nothing yet on the citizenships that are asked for.
    level = "mark" if shape.number(newest) - shape.number(there) == 1 else "refuse"
    text = f"the publisher says that it has {newest}, but the figures end with {there}"
    return [Finding("newest", level, text)]


def _recent(there: str, last: pd.DataFrame | None, today: str) -> list[Finding]:
    """Return whether the newest period is as new as it should be."""
    months = shape.months_since(there, today)
    if months <= OLDEST[shape.frequency(there)]:
        return []
    text = f"the newest period is {there}, which ended {months} months ago"
    before = shape.periods(last)[-1:] if last is not None else []
    # No worse than the copy in use: it is the publisher who is late.
    return [Finding("newest", "mark" if before == [there] else "hold", text)]


def reporting(table: pd.DataFrame) -> list[Finding]:
    """Return for which of the newest periods fewer destinations than usual have reported.

    A destination reports where the figure on all persons from Russia is there, be it 0. A period
    is partial where fewer than 80 % of the usual number report, or where those that do not had
    more than 20 % of the persons.

    Returns
    -------
    list of Finding
        Level ``mark``: ``reporting`` with the period that is partial, ``missing`` where some have
        not reported but the period is not partial for it.
    """
    wide = shape.headline(table)
    wide = wide[shape.countries(wide.columns)]
    if wide.shape[1] < 2:
        return []
    found = []
    reports = wide.notna()
    for period in shape.newest(list(wide.index)):
        at = wide.index.get_loc(period)
        assert isinstance(at, int)
        before = slice(max(0, at - USUAL[shape.frequency(period)]), at)
        usual = reports.iloc[before].sum(axis=1).median() if at else float("nan")
        if not usual or usual != usual:
            continue
        # Who reported in most of the earlier periods is expected to report again.
        expected = reports.iloc[before].mean() > 0.5
        absent = [
            str(name) for name in wide.columns if expected[name] and not reports.at[period, name]
        ]
        if not absent:
            continue
        persons = wide.iloc[before].sum()
        weight = float(persons[absent].sum() / persons.sum()) if persons.sum() else 0.0
        share = float(wide.loc[period].notna().to_numpy().sum()) / float(usual)
        partial = share < REPORTING or weight > 1 - REPORTING
        text = f"{period} is without {shape.named(absent)}" + (
            f": {share:.0%} of the usual number of destinations, {1 - weight:.0%} of the persons"
            if partial
            else ""
        )
        found.append(Finding("reporting" if partial else "missing", "mark", text, str(period)))
    return found
