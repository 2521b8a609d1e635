"""What changed in each dataset between two days, or between two vintages of one.

Figures are compared as published, before any correction, the newest copy of each side with that of
the other.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pandas as pd

from asylum_report import asof, asof_vintages, columns, corridors, tables
from asylum_report.compare import Changes, changes
from asylum_report.errors import UnknownName
from asylum_report.harmonise import recipes

if TYPE_CHECKING:
    from asylum_report.store import Vintage

Chosen = Sequence[tuple[recipes.Recipe, "Vintage"]]

MOST = 10
"""Changes, and vanished figures, that are named one by one."""
_MARKS = ("vintage", "dataset", "count", "rounding_base", "status", "note")
_PLACES = ("source", "origin", "destination")
_TIMES = ("period_start", "period_end", "date", "fiscal_year")
_WHO = ("authority", "unit")
"""Columns that follow from the destination mostly, and would make a list of breakdowns long."""


@dataclass
class Dataset:
    """What became of one dataset (in one tidy table) between two sides.

    Attributes
    ----------
    old, new
        Vintage dates, empty where a side has none.
    counts
        Number of ``compared``, ``changed``, ``added`` and ``removed`` figures.
    largest
        The changes that are largest in persons, and those largest in relation to the old figure:
        each a dict of key columns, ``old``, ``new``, ``change``, ``relative``.
    vanished
        The largest of the figures that only the old side has: each a dict of key columns and
        ``value``.
    extent
        Of a dataset that only one side has: its number of ``rows``, ``first`` and ``last`` period,
        and number of ``destinations``.
    partial_old, partial_new
        Periods that a side covers in part only.
    new_periods, gone_periods, new_places, gone_places, new_parts, gone_parts
        What only one side has: periods; destinations and origins; and combinations of everything
        else that names a figure (kind, sex and age; authority, level and outcome).
    note
        What limits the comparison.
    """

    publisher: str
    dataset: str
    table: str
    old: str
    new: str
    note: str = ""
    counts: dict[str, int] = field(default_factory=dict)
    largest: list[dict[str, Any]] = field(default_factory=list)
    largest_relative: list[dict[str, Any]] = field(default_factory=list)
    vanished: list[dict[str, Any]] = field(default_factory=list)
    extent: dict[str, Any] = field(default_factory=dict)
    partial_old: list[str] = field(default_factory=list)
    partial_new: list[str] = field(default_factory=list)
    new_periods: list[str] = field(default_factory=list)
    gone_periods: list[str] = field(default_factory=list)
    new_places: list[str] = field(default_factory=list)
    gone_places: list[str] = field(default_factory=list)
    new_parts: list[str] = field(default_factory=list)
    gone_parts: list[str] = field(default_factory=list)

    @property
    def differs(self) -> bool:
        """Return whether any figure differs."""
        return any(self.counts.get(name) for name in ("changed", "added", "removed"))


def _named(table: str) -> tuple[str, ...]:
    return tuple(name for name in columns.key(table) if name not in _MARKS)


def _comparable(table: str, frame: pd.DataFrame) -> tuple[pd.DataFrame, str]:
    """Return a tidy table and the name of its value column; texts are compared as a whole."""
    if "count" in columns.TABLES[table]:
        return frame, "count"
    rest = [name for name in columns.TABLES[table] if name not in columns.key(table)]
    plain = frame[rest].astype(object).where(frame[rest].notna(), "")
    joined = [" | ".join(map(str, row)) for row in plain.itertuples(index=False)]
    return frame.assign(content=pd.Series(joined, index=frame.index, dtype="str")), "content"


def periods(frame: pd.DataFrame) -> set[str]:
    """Return the periods or days of a tidy table as people write them."""
    if "date" in frame:
        return set(frame["date"])
    if "period_start" not in frame:
        return set()
    pairs = frame[["period_start", "period_end"]].drop_duplicates()
    return {
        corridors.period(start, end) if start and end else start or end or "undated"
        for start, end in pairs.itertuples(index=False)
    }


def _partial(frame: pd.DataFrame) -> list[str]:
    return sorted(periods(frame[frame["status"] == "partial"])) if "status" in frame else []


def _extent(frame: pd.DataFrame) -> dict[str, Any]:
    """Return rows, first and last period and number of destinations of a whole dataset."""
    if "fiscal_year" in frame:
        times = [f"FY{year}" for year in set(frame["fiscal_year"])]
    else:
        times = sorted(periods(frame) - {"undated"})
        if any(" to " in one for one in times):  # both days: the labels cannot be put together
            ends = [*frame["period_start"], *frame["period_end"]]
            times = [day for day in ends if day]
    return {
        "rows": len(frame),
        "first": min(times, default=""),
        "last": max(times, default=""),
        "destinations": len(set(frame.get("destination", ())) - {""}),
    }


def _places(frame: pd.DataFrame) -> set[str]:
    found = {f"to {code}" for code in set(frame.get("destination", ()))}
    return found | {f"from {code}" for code in set(frame.get("origin", ()))}


def _parts(table: str, frame: pd.DataFrame) -> set[str]:
    names = [name for name in _named(table) if name not in (*_PLACES, *_TIMES, *_WHO)]
    if "count" not in columns.TABLES[table]:
        return set()
    rows = frame[names].drop_duplicates().astype("str")
    return {", ".join(part for part in row if part) for row in rows.itertuples(index=False)}


def _list(found: Changes, column: str) -> list[dict[str, Any]]:
    """Return the changes that are largest by a column, equal ones by key."""
    known = found.changed[found.changed[column].notna()]
    size = known[column].abs().astype(float)
    order = size.sort_values(ascending=False, kind="stable").index[:MOST]
    return _records(known.loc[order])


def _vanished(removed: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the largest figures that are gone, texts by key."""
    if pd.api.types.is_numeric_dtype(removed["value"]):
        removed = removed.sort_values("value", ascending=False, kind="stable")
    return _records(removed.iloc[:MOST])


def _records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    rows = frame.to_dict("records")
    return [{str(name): _plain(value) for name, value in row.items()} for row in rows]


def _plain(value: Any) -> Any:
    """Return a cell as Python's own type, missing as None."""
    if value is None or value is pd.NA or value != value:
        return None
    return value.item() if hasattr(value, "item") else value


def between(table: str, old: pd.DataFrame, new: pd.DataFrame, about: Dataset) -> Dataset:
    """Return `about` with everything that differs between two copies in it.

    Parameters
    ----------
    table
        Name of the tidy table that both are rows of.
    """
    before, value = _comparable(table, old)
    after, _ = _comparable(table, new)
    found = changes(before, after, _named(table), value)
    about.counts = {
        "compared": len(before) - len(found.removed), "changed": len(found.changed),
        "added": len(found.added), "removed": len(found.removed),
    }  # fmt: skip
    about.largest = _list(found, "change")
    about.largest_relative = _list(found, "relative")
    about.vanished = _vanished(found.removed) if about.new else []
    about.partial_old, about.partial_new = _partial(old), _partial(new)
    for kind, one, other in (
        ("periods", periods(old), periods(new)),
        ("places", _places(old), _places(new)),
        ("parts", _parts(table, old), _parts(table, new)),
    ):
        setattr(about, f"new_{kind}", sorted(other - one))
        setattr(about, f"gone_{kind}", sorted(one - other))
    return about


def _newest(side: Chosen) -> dict[tuple[str, str], tuple[recipes.Recipe, Vintage]]:
    """Return the newest copy of each dataset and table; releases on Russia as of the whole."""
    full = {russia: name for name, russia in asof.FULL.items()}
    return {(full.get(r.dataset, r.dataset), r.table): (r, vintage) for r, vintage in side}


def datasets(old: Chosen, new: Chosen) -> list[Dataset]:
    """Return what differs between the newest copies of each dataset on two sides.

    Parameters
    ----------
    old, new
        Recipes with their vintages, as `asylum_report.asof_vintages.taken` gives them.

    Returns
    -------
    list of Dataset
        In the order of publisher and dataset; those whose copy is the same are left out.
    """
    before, after = _newest(old), _newest(new)
    result = []
    for name, table in sorted({*before, *after}):
        one, two = before.get((name, table)), after.get((name, table))
        there = two or one
        if there is None or (one and two and one[1].folder == two[1].folder):
            continue
        about = Dataset(
            there[1].publisher, name, table, one[1].date if one else "", two[1].date if two else ""
        )
        frames = [_tidy(side, table) for side in (one, two)]
        if one and two and one[0].dataset != two[0].dataset:
            frames = [frame[frame["origin"] == "RUS"] for frame in frames]
            about.note = "one of the two releases holds Russian citizens only: only they compared"
        between(table, frames[0], frames[1], about)
        if not (one and two):
            about.extent = _extent(frames[1] if two else frames[0])
        if one and two and not about.counts["compared"]:
            about.note = "the two copies hold no figure in common"
        result.append(about)
    return sorted(result, key=lambda each: (each.publisher, each.dataset, each.table))


def _tidy(side: tuple[recipes.Recipe, Vintage] | None, table: str) -> pd.DataFrame:
    return recipes.tidied(*side) if side else tables.empty(table)


def swapped(chosen: Chosen, dataset: str, vintage: str, copies: Sequence[asof.Copy]) -> Chosen:
    """Return what is in use with one dataset as it was in one vintage.

    Parameters
    ----------
    chosen
        What is in use.
    copies
        Every vintage on disk, held ones too.

    Raises
    ------
    UnknownName
        If there is no such vintage.
    """
    mine = [one for one in copies if one.dataset == dataset]
    named = next((one for one in mine if one.date == vintage), None)
    if named is None:
        held = ", ".join(one.date for one in mine)
        todo = f"use one of {held}" if mine else "asylum-report vintages lists them"
        raise UnknownName(f"no vintage {dataset}@{vintage}", todo=todo)
    names = {dataset, *(full for full, russia in asof.FULL.items() if russia == dataset)}
    kept = [(recipe, one) for recipe, one in chosen if recipe.dataset not in names]
    return [*kept, *asof_vintages.taken([one for one in mine if one.since <= named.since])]
