"""Whether what a publisher's service gave may be kept, and whether it may be used.

A pure function from the table that arrived, the copy in use and the day to findings. Each finding
has a level: ``refuse`` (no vintage is kept), ``hold`` (kept, not used before somebody has looked)
or ``mark`` (used, with a remark). The thresholds stand beside the checks, each with its reason;
docs/refresh.md lists them.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from asylum_report import places
from asylum_report.columns import ALL_CITIZENS
from asylum_report.live import trust_history, trust_periods, trust_sums
from asylum_report.live import trust_tables as shape
from asylum_report.live.model import Candidate, Finding

if TYPE_CHECKING:
    import pandas as pd

LARGEST = 20_000_000
"""No figure about asylum in one destination and period reaches this; a greater one is a slip. The
greatest of all, refugees from one country in one other, is below 4 million."""
MANY = 10_000
"""A jump is looked for among figures above this only."""
JUMP = 20
"""How many times the largest figure of one origin in one destination a new one may be."""
GROWTH = 3
"""How many times the rows of the copy in use, which holds the whole dataset, a new one may have."""
UNITS = ("persons", "cases")
_WORDS_FOR_PERSONS = ("per", "person", "persons")


def judge(
    candidate: Candidate, last: pd.DataFrame | None, today: str, *, whole: bool = True
) -> list[Finding]:
    """Return everything that the checks find in a candidate.

    Parameters
    ----------
    candidate
        What arrived.
    last
        The table of the vintage in use, or None where there is none.
    today
        ISO date.
    whole
        Whether that vintage holds the whole dataset. Eurostat's embedded ones are extracts: only
        what stands in both is then compared.

    Returns
    -------
    list of Finding
        Empty where there is nothing to say; worst first.
    """
    found = list(_identity(candidate, today))
    if not found:
        found = [*_codes(candidate.table), *_unit(candidate, last), *_size(candidate, last, whole)]
    if not any(one.level == "refuse" for one in found):
        found += trust_periods.check(candidate.table, candidate.newest, last, today)
        found += trust_sums.check(candidate.table, last)
        if last is not None:
            found += trust_history.check(candidate.table, last, whole)
    order = ("refuse", "hold", "mark")
    return sorted(found, key=lambda one: order.index(one.level))


def _identity(candidate: Candidate, today: str) -> Iterator[Finding]:
    """Give what shows that this is not the dataset, or not a table of it."""
    table, meta = candidate.table, candidate.meta
    if table.empty:
        yield Finding("empty", "refuse", "there is no row")
        return
    described = set(meta.get("columns", {}))
    if described != set(map(str, table.columns)):
        odd = ", ".join(sorted(shape.clean(name, 30) for name in described ^ set(table.columns)))
        yield Finding("identity", "refuse", f"the columns are not as described: {odd}")
    if not shape.figures(table) or not shape.period_column(table):
        yield Finding("identity", "refuse", "there is no column of figures, or none of periods")
        return
    keys = shape.keys(table)
    twice = table.duplicated(keys)
    if twice.any():
        row = ", ".join(shape.clean(value, 20) for value in table.loc[twice, keys].iloc[0])
        yield Finding("identity", "refuse", f"a figure is given twice: {row}")
    if candidate.vintage[:10] > today:
        text = f"the last update lies ahead: {shape.clean(candidate.vintage, 20)} (today {today})"
        yield Finding("identity", "refuse", text)


def _codes(table: pd.DataFrame) -> Iterator[Finding]:
    """Give codes that are none of ours, or stand where they cannot."""
    known = set(places.places())
    allowed = {
        "origin": known | {ALL_CITIZENS},
        "destination": known | set(places.AGGREGATES),
    }
    for column, codes in allowed.items():
        if column in table:
            odd = sorted(set(map(str, table[column].unique())) - codes)
            if odd:
                text = f"an unknown {column}: {shape.clean(odd[0], 30)}"
                yield Finding("codes", "refuse", text)
    odd = sorted(text for text in set(shape.text_periods(table)) if not shape.proper(text))
    if odd:
        yield Finding("codes", "refuse", f"no period: {shape.clean(odd[0], 30)}")
    kinds = {shape.frequency(text) for text in shape.periods(table)}
    if len(kinds) > 1:
        yield Finding("codes", "refuse", "years, quarters and months are mixed")


def _unit(candidate: Candidate, last: pd.DataFrame | None) -> Iterator[Finding]:
    """Give figures in another unit than they should be, or than they were."""
    given = str(candidate.meta.get("unit", "persons"))
    if given.casefold() not in (*_WORDS_FOR_PERSONS, *UNITS):
        yield Finding("unit", "refuse", f"the unit is '{shape.clean(given, 30)}', not persons")
    table = candidate.table
    if "unit" not in table:
        return
    odd = sorted(set(map(str, table["unit"].unique())) - set(UNITS))
    if odd:
        yield Finding("unit", "refuse", f"an unknown unit: {shape.clean(odd[0], 30)}")
    elif last is not None and "unit" in last:
        yield from _other_unit(table, last)


def _other_unit(table: pd.DataFrame, last: pd.DataFrame) -> Iterator[Finding]:
    rest = [name for name in shape.keys(table) if name != "unit" and name in last]
    value = next(name for name in ("total", *shape.figures(table)) if name in table)
    pair = last[[*rest, "unit"]].merge(table[[*rest, "unit", value]], on=rest)
    same = pair["unit_x"] == pair["unit_y"]
    # Where both units are given, one figure pairs with either.
    kept = set(pair.loc[same, rest].itertuples(index=False, name=None))
    moved = pair[~same]
    new = [row not in kept for row in moved[rest].itertuples(index=False, name=None)]
    moved = moved.loc[new]
    if len(moved):
        where = shape.named(set(moved["destination"]))
        text = f"{len(moved):,} figures are in another unit than before: {where}"
        # Small ones do move: one of Panama's in UNHCR's release of June 2025.
        large = (moved[value].astype("Float64") >= trust_history.NOTED).any()
        yield Finding("unit", "hold" if large else "mark", text)


def _size(candidate: Candidate, last: pd.DataFrame | None, whole: bool) -> Iterator[Finding]:
    """Give figures and numbers of rows beyond all measure."""
    table = candidate.table
    values = shape.figures(table)
    figures = table[values].astype("Float64").astype("float64")
    low, high = figures.min().min(), figures.max().max()
    if low < 0:
        yield Finding("size", "refuse", f"a figure is negative: {low:g}")
    if high >= LARGEST:
        where = _at(table.iloc[int(figures.max(axis=1).fillna(-1).to_numpy().argmax())])
        text = f"a figure is too large to be one: {high:,.0f} ({where})"
        yield Finding("size", "refuse", text)
        return
    if last is None:
        return
    if whole and len(table) > GROWTH * len(last) + MANY:
        text = f"there are {len(table):,} rows where there were {len(last):,}"
        yield Finding("size", "hold", text)
    pair = [name for name in ("origin", "destination") if name in table and name in last]
    largest = (
        frame.assign(most=frame[shape.figures(frame)].astype("Float64").max(axis=1))
        .groupby(pair)["most"]
        .max()
        for frame in (last, table)
    )
    before, after = (side.dropna().astype("float64") for side in largest)
    before = before.reindex(after.index)
    jumped = after[(after > MANY) & (before > 0) & (after > JUMP * before)]
    if len(jumped):
        at = int(jumped.to_numpy().argmax())
        place, was = jumped.index[at], before[jumped.index].iloc[at]
        words = ", ".join(map(str, place if isinstance(place, tuple) else (place,)))
        text = f"a figure of {jumped.iloc[at]:,.0f} where none was above {was:,.0f} ({words})"
        yield Finding("size", "hold", text)


def _at(row: pd.Series) -> str:
    """Return origin, destination and period of a row."""
    names = [name for name in ("origin", "destination", "period", "month", "year") if name in row]
    return ", ".join(shape.clean(row[name], 20) for name in names)
