"""What the checks have to know of a raw table: its keys, figures, periods and headline rows."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from asylum_report import authorities, places
from asylum_report.errors import ReportError

if TYPE_CHECKING:
    import pandas as pd

VALUES = (
    "count", "recognised", "other", "rejected", "closed", "total", "applied", "refugees",
    "asylum_seekers",
)  # fmt: skip
"""Columns of raw tables that hold figures."""
_HEADLINE = ("total", "applied", "count", "refugees")
_BESIDE = (*VALUES, "flag")
_PERIODS = ("period", "month", "year")
_WHOLE = {"sex": "T", "age": "TOTAL", "applicant": "TOTAL", "decision": "TOTAL", "reason": "TOTAL"}
"""Of each dimension, the code that stands for all of it."""

NEWEST = {"A": 1, "Q": 2, "M": 3}
"""How many of the newest periods publishers are still filling, by how often they appear."""
_PERIOD = re.compile(r"\d{4}(?:-(?:0[1-9]|1[0-2])|-Q[1-4])?")


def clean(text: object, most: int = 160) -> str:
    """Return a text from outside as one short line without control or direction characters."""
    plain = "".join(each if each.isprintable() else " " for each in str(text)[: 10 * most])
    line = " ".join(plain.split())
    return line if len(line) <= most else line[: most - 1] + "…"


def figures(frame: pd.DataFrame) -> list[str]:
    """Return the columns of a raw table that hold figures."""
    return [name for name in VALUES if name in frame.columns]


def keys(frame: pd.DataFrame) -> list[str]:
    """Return the columns of a raw table that say what a figure is about."""
    return [str(name) for name in frame.columns if name not in _BESIDE]


def period_column(frame: pd.DataFrame) -> str:
    """Return the column that holds the period, or the empty text."""
    return next((name for name in _PERIODS if name in frame.columns), "")


def proper(period: str) -> bool:
    """Return whether a text is a period: 2022, 2022-Q1 or 2022-03."""
    return _PERIOD.fullmatch(period) is not None


def frequency(period: str) -> str:
    """Return A, Q or M."""
    return "A" if len(period) == 4 else "Q" if period[5] == "Q" else "M"


def number(period: str) -> int:
    """Return the place of a period in the order of those of its frequency."""
    year = int(period[:4])
    if len(period) == 4:
        return year
    return 4 * year + int(period[6]) if period[5] == "Q" else 12 * year + int(period[5:])


def months_since(period: str, today: str) -> int:
    """Return how many whole months have passed since the end of a period."""
    year, kind = int(period[:4]), frequency(period)
    last = 12 if kind == "A" else 3 * int(period[6]) if kind == "Q" else int(period[5:])
    day = date.fromisoformat(today)
    return 12 * (day.year - year) + day.month - last - 1


def started(period: str, today: str) -> bool:
    """Return whether a period has begun."""
    kind = frequency(period)
    month = "01" if kind == "A" else f"{3 * int(period[6]) - 2:02}" if kind == "Q" else period[5:]
    return f"{period[:4]}-{month}-01" <= today


def periods(frame: pd.DataFrame) -> list[str]:
    """Return the periods for which a raw table has a figure, oldest first; not those of sums."""
    column = period_column(frame)
    if not column:
        return []
    present = frame.loc[frame[figures(frame)].notna().any(axis=1), column]
    return sorted(text for text in map(str, present.unique()) if proper(text))


def newest(ordered: list[str]) -> list[str]:
    """Return those of the periods, given oldest first, that are still being filled."""
    return ordered[-NEWEST[frequency(ordered[-1])] :] if ordered else []


def text_periods(frame: pd.DataFrame) -> pd.Series:
    """Return the period of each row as a text."""
    return frame[period_column(frame)].astype("str")


def headline(frame: pd.DataFrame, origin: str = "RUS") -> pd.DataFrame:
    """Return one figure for each destination and period: everything together, first instance.

    Parameters
    ----------
    origin
        Whose figures.

    Returns
    -------
    DataFrame
        Periods (rows, oldest first) by destinations (columns); missing where nothing was given.
        Empty where the table is not by destination.
    """
    import pandas as pd

    value = next((name for name in _HEADLINE if name in frame.columns), "")
    if "destination" not in frame.columns or not value or not period_column(frame):
        return pd.DataFrame()
    chosen = frame["origin"] == origin
    for column, code in _WHOLE.items():
        # A table of first-time applicants alone has no code for all of them.
        if column in frame.columns and (frame[column] == code).any():
            chosen &= frame[column] == code
    if "level" in frame.columns:
        chosen &= frame["level"].map(first_instance(frame["level"].unique()))
    rows = frame[chosen & frame[value].notna()]
    wide = rows.assign(at=text_periods(rows)).pivot_table(
        index="at", columns="destination", values=value, aggfunc="sum"
    )
    kept = wide[[proper(str(text)) for text in wide.index]].sort_index()
    return kept.astype("Float64").astype("float64")


def first_instance(levels: Collection[str]) -> dict[str, bool]:
    """Return of each of UNHCR's levels whether it is one of first instance."""
    found = {}
    for level in levels:
        try:
            found[level] = "first" in authorities.stage(level)
        except ReportError:
            found[level] = False
    return found


def countries(codes: Collection[str]) -> list[str]:
    """Return those of the codes that are of countries, not of aggregates, in order."""
    return sorted(code for code in codes if code not in places.AGGREGATES)


def named(codes: Collection[str], most: int = 4) -> str:
    """Return the names of some places, and how many more there are."""
    known = places.places()
    names = [known[code].name if code in known else clean(code, 12) for code in sorted(codes)]
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more


@dataclass(frozen=True)
class Change:
    """How a new table differs from an old one.

    Parameters
    ----------
    changed
        Figures that stand in both with different values.
    new, vanished
        Figures that stand in one only.
    new_periods, vanished_periods
        Periods that one only has figures for, oldest first.
    """

    changed: int
    new: int
    vanished: int
    new_periods: tuple[str, ...]
    vanished_periods: tuple[str, ...]

    def __str__(self) -> str:
        parts = [
            f"{self.changed:,} figures changed",
            f"{self.new:,} new",
            f"{self.vanished:,} vanished",
        ]
        for word, found in (("new", self.new_periods), ("vanished", self.vanished_periods)):
            if found:
                span = found[0] if len(found) == 1 else f"{found[0]} to {found[-1]}"
                parts.append(
                    f"{word} periods {span}" if len(found) > 1 else f"{word} period {span}"
                )
        return ", ".join(parts)


def change(old: pd.DataFrame, new: pd.DataFrame) -> Change:
    """Return how a new table differs from an old one, over the columns that both have."""
    before, after = side_by_side(old, new)
    both = before.notna() & after.notna()
    olds, news = periods(old), periods(new)
    return Change(
        changed=int((both & (before != after)).sum()),
        new=int((before.isna() & after.notna()).sum()),
        vanished=int((before.notna() & after.isna()).sum()),
        new_periods=tuple(each for each in news if each not in olds),
        vanished_periods=tuple(each for each in olds if each not in news),
    )


def side_by_side(old: pd.DataFrame, new: pd.DataFrame) -> tuple[pd.Series, pd.Series]:
    """Return the figures of two tables, each missing where only the other has one.

    The index of both is what the figures are about, in the columns that both tables have, and the
    column of the figure. Where one table divides what the other does not (by sex, by age), its
    rows on all of it are taken.
    """
    import pandas as pd

    common = [name for name in keys(old) if name in keys(new)]
    values = [name for name in figures(old) if name in figures(new)]
    sides = []
    for frame in (old, new):
        for name in keys(frame):
            if name not in common and name in _WHOLE:
                frame = frame[frame[name] == _WHOLE[name]]
        plain = frame[[*common, *values]].astype(dict.fromkeys(common, "str"))
        long = plain.drop_duplicates(common).set_index(common)[values].astype("Float64")
        long.columns.name = "figure"
        sides.append(long.stack().dropna())
    index = sides[0].index.union(sides[1].index)
    one, two = (side.reindex(index) for side in sides)
    return pd.Series(one), pd.Series(two)
